/// Keys made by the openssl command line; every encrypted one opens with `open`.
enum KeyFixtures {
  /// `openssl ecparam -genkey`: the curve in a block of its own, then the key.
  static let sec1 = """
    -----BEGIN EC PARAMETERS-----
    BggqhkjOPQMBBw==
    -----END EC PARAMETERS-----
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIN0cglOybCyTG+6pQ5KWUp63l5UukZyoanMxjAfHxNNhoAoGCCqGSM49
    AwEHoUQDQgAEMK/qF3kbtNH8pMSHziItp2MF68OH7p8t7lcDRz43OvP1Zb9Xbz1E
    coKjGCagJQ9COyvH5rK/mPW0JXfvkVhFRQ==
    -----END EC PRIVATE KEY-----
    """

  /// PKCS#8, 48 bytes.
  static let ed25519 = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEICpsfSomztc55at6dA8z/G6AR+dwTrtDDYbPA8J3UtM5
    -----END PRIVATE KEY-----
    """

  /// DSA of 1024 bits in OpenSSL's own form.
  static let dsa = """
    -----BEGIN DSA PRIVATE KEY-----
    MIIBzAIBAAKBgQDLSsQ3Y40ABtB3uR6mzbTtJZNXEioyKUsnv7u8V/qtbR3AFhgO
    Euz0uUoCgnfS4KTUFOcqnkj8Kezh+MRmOroXYtseolNI1I6b6+bOGUfQj0eTIuHF
    iw58B4AwsosAMPgCYW8CT1YXkWJq7Z22A8CEsDQGRk6iWEYmFzKMVa6zKQIdAL23
    fQw2XLZvquQ4aHiyr0TeUd3c4/eiSr0VoRsCgYEAooqhZgNdUDrQzekCXFMZWJ9V
    5I9YN2s3l0SbLMrEpnqwVWeUrjKxapKGDzRMlBNuTFz2ZOLJoOLjgo7I3OCDPuzD
    E8CtpzX1LtMYGi9t9u7OmTJg6iKP5S0HEaT1NYdc8jKyue5zQnRuiz3GBwZ5WfAJ
    L20H8IJFR4p1WJEuuiICgYBehk5hf3kLQb1ECM9Dr+zj6RfNlx2f2+pZoDl32nkT
    whn2XaaTYs+napYOh/oy4tdTi4imaewfdmxC4x2i/z10p9HDXRLOTq2EaiM4EQsM
    BX2d/kf1UYWbZqg16clQKwD/SS3ox0HO+NbB42lk9pbIo0h8/bz2y2ErklhPT0w4
    AQIdAJyl9NcAEVQLf9Yp+EZKUmisflyiGnvU46tmAn0=
    -----END DSA PRIVATE KEY-----
    """

  /// PKCS#1.
  static let rsa = """
    -----BEGIN RSA PRIVATE KEY-----
    MIIEowIBAAKCAQEAoL9vB522mEz+GHJdYdJ9K4BPqh3tgvCTSUygqmMO+c1af6Dv
    uUCxm2kMeMyTN0RbOhuz2n8rJlxqR+ixD3cyjt/29FD9fCh/z+JaiZkG9FR/Mit0
    XftveUhBwMTrMWFN1EJIKxV78jGwwuqAA3oMiUrvUqtuTZIVjzMa7BCdHJjE16XW
    DmBa+2uf4WzFEJK2o28tkW/XfifQgbgFZRwd9AEJ7GoGY9BghvJDJAHR9GeRt/oa
    qg/Cw0B/T1vZi9eZNM0hx9SXSg3LoNoryj423xsDvH07PJQi8wrLTpd2suLqf1BB
    KKNGUcMve/fZoUy3PnAbUAISlBoo0tAxn5StOQIDAQABAoIBABFdnPkNqLQ7XRf3
    Au+Wdb9FVVXjdc03gDHi/Vhq6ytBbA1trXgt7QIFDzvdnenSkKhuZbetFVRHl5O9
    J6OsFOIqf9tVBI1tMqGaqn1C8uViW3toBmJAz4IitDfHDkF/aZEMuA8vevxnMdlc
    zAeUH9aVKdWcf4YRyhJ2SupFwTNdgavb7yCBUtlWRL+5W1vVnb67EsMjZSQyM+6d
    Tng6tla72lCRuSLAingrO6Nul8LF0UmUafBH8D44Mhkt/p/uImRQfNaMukefrSI3
    iL50diJuWAKtn4IuTalN7R+uXSLiAaEDyy5haD23VUcgBo0JPpRraCnKOvH6kecR
    W7f6E6ECgYEA3D726uLIoQtfBHx46EQF/ZrZIMjfFkrvb3mxVklflhvNGSc4tddC
    q2g+jkoIa+/6Rx8+cyyRrOf1zRlzpjS441ptYbjyiGbisCZkDSEJHw7yYKqsXSeC
    qWag9gCK/jp9U8TVMTDq2tfHr1/ZJ5rzPu8USZI8cDXlY1DNa7jS5QMCgYEAutfU
    akle6LPXc4xcdxRAlr43Heov1zL0ZaFKxFBXDNq6Hy6g6NSFIUeSTaHGqV3lxLA/
    JJKKgT2gTqdLtwf6d9yVgw7TkJw6RDJD+ELoj5vt0+sjzsIgz8OIjV1A8VaVcZfc
    rrIheRqKShKr8ObTstN7Lvx0wgj2cGeR29ZZOhMCgYBYhOXwmZ1RPKS/xNdDYrOV
    rfq+dn1TFGMPRrXDnFHSnvHbvivIye99vLQHtDGWUCkjFKeg2rTh7YiZGjWlA2Ob
    3OhBcnfn4pIRghyMOk7UMMmxmGcWOZ8GPr1KogU7EH72gBG/Z428zyTuk3NPu7Mw
    BB7/QssPvlmnhP5K4UnByQKBgQC1TzOFYGWFEt+D9TTVKQX0QeliUhrSjVO0O2w+
    TGfsxWPPVoQ26+O0g6tpQg9x0vhggVcEul9FQvQI3zcOCeP35EoBv6V1suSnwM9M
    XkEm+n0zI/6/aIpGkswzwcZ/azHh5Sf1Lk5lImgHsU7Amn3cDnR/B+SVVfUu5pIX
    7kzvmQKBgCR82IYBKMJEoNKnpWbfZd1idOqFKAy9ELsdeiECGqVBgNn8sVCzzl9U
    4kOC6clY+CBK3dyNs8ElZkxHkYHGmIN4Wnm3JiJkVaqxXaSfTkuldkWuhjFC2IUy
    zku9IXozzgWiC7mEBKwBBPEvC8J93sRD/rHmG6kV+UsqH6VJbi7P
    -----END RSA PRIVATE KEY-----
    """

  /// The same under `Proc-Type: 4,ENCRYPTED`.
  static let rsaEncrypted = """
    -----BEGIN RSA PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-128-CBC,B7AD90788AEDB4033378FA495F6FE31B

    HtU6BxiYCeIfftHZUoK53I0IM8nQlTFp+TzC+rEAK4z6sWXNMFoC+x3NBQkp8u3K
    lw9tqG14kaK5DnKswOQoMXXClfk1oSHgNNzHdHotQvk6nhwPk1djwTXeqYhAddFl
    5aPXtOJwQg1nbqDhB2GAxNGN9QQz2UCfl2U+KRR7rUO7mvJ/gu90dLcDGmzgg9f7
    +r0a3p8zXh1FnTCrvhKF/7U7UDhwSGOjt3xHN5DiQ1QZOpttHnji0rWD9i0v3HYV
    8mYorVxUfkkkTYQd4FBJ6uTLm8vcnpPETiWHj9ofv87/02y7TbrpESImY3iPvT9D
    1os8emtxXvra4sPyFueC1L50kfkBX8yPePKApqa06B53jB8UkrHpfMzmYxSLxyzn
    A49FltdAJkyFLK+l9fjHVxg3eonPwLNAfJe6ElDmWg3r1PwtiDbXwinnHI+o6i1H
    wjC/0pLvAtWZRGC+tY4YFAMWmeXmc1dz3c/R6eUYmkUN+fA0aS2eHxQt6wt9/HiC
    VJjIUnJeD7E99eDqwdtUUjDLpREx961bDFlPWUogmdB0gdcpWlPgSllM8qVViEvu
    d9Bsz9GQKreHKeZTO5v3YIN11ziwC7ZhPJMqIb8EjmEJdaMDxd6CUUsVQuAKv8Ru
    ICZNxvyW2LrhpWRxbBBl4Ssf0DjtRHjwG9Ce/yiMPzfujXWEOucqY8qvfUdsBN4V
    f2xK3xkm6+EdHLqEI0DhT8UpfIT2vB22IvkV7h3Hn4nS5yQyZwCktGKOetZn7jUy
    GsWvp4XF6h/0PcEGkzKPAtHjg1Phywlu/dos/h4f3RrzUO6yKJs42cf8RHxcy6lK
    UIGCN3sqDR0yfIWw/J4lWyBiSNzGqWKDOEgniSU0xZkYET19yuQJ1bDmqeh8UZVL
    jkYTtOPZj9RDL1Uy92sI/WJn5j56O5cp6nWLAJt3n1s4DSKTRWKLfJ035nkWOstl
    aLQF8DrqYPOXmX/WhBTRiAWg/Ro2jVtVHOGoOGRuz34pFwkziKt/MZ9RiNlCBcwu
    NatURxazrnSEOquASGkkmGNtaJbTV+kI4BO3IzQ4vxM/3Vo1GNpaNQTxFIlgCLRr
    vEfoTv+r07ZYPHbSiDz6eFeh7sKmGy+n+DiwZDPLrS01F83OvLt9ZKIG330Sgibl
    Zu/3V31+qbTjugNBflQYFkPgH4WVj+JX9O/LEsymAQmMoCupuIp6N44hOR27cLUq
    /5Kb+urFQK9vXeEheliT6Qbw5Bp+hxznDbLDfSK2NP58LnMsuZACkWR4ihWHhtgh
    lq6c0EgU+BQGk3Dl4y4QJ3eO53Qjfxv+ezQxYKxhVh4bJNZo12TKhaeWKQjUh1/r
    XrfvAsi5MkePEMmeDwzXKbrt2bJ94xfCEUImCPfvck5YF48jrbiPyVRvJHNX3n41
    XZoSgE5FP0DQgb813KC0H4BZ/tNGRERZAysI2y0Hk0sTN9eDVPTCDKQZ/C1i4gjd
    bRbmxHend6enR8RpA5Iy1MuUwkKkemUZuh0tSCvSJl+BiR/1m8uXBuotUI+reWN9
    37SlTBCM2jRq6PoqpPRxG0MH+jZfYM7DGOI+l/LNwDkZow7PNv7gmQhbmJY/XgiG
    -----END RSA PRIVATE KEY-----
    """

  /// The key of `sec1` in every encryption.
  static let encrypted: [(scheme: String, pem: String)] = [
    (
      "pbes2-aes128-sha512",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi3Qr7YvDxO2gICCAAw
      DAYIKoZIhvcNAgsFADAdBglghkgBZQMEAQIEEOdCtHdO2yoT9sCwksvIDpUEgZAV
      wfPbk14+GMV5VPcHcCHyOR1dF5HjGqv6lfNWQzNsV6qdIdeVxPfB7pnShXU0SPoe
      6I6HIimD1IAX4AVOIXCl5Ku04YAf5BaQFp+xLWTH5w7rFKyhNhhsdjFk7zWvag8q
      WNwvLcdINk9x5kCQXzBcq8wQPQFmzr1sjWVrZ0myYGfzG2zQ1jREekycOzYfl28=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "pbes2-aes192-sha1",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAh8KK+6dgz49gICCAAw
      HQYJYIZIAWUDBAEWBBC/lhKSSj4RKm5Dl935AtW2BIGQYCoUhod2Jux//m4zikDR
      B+BUKzknTvZf0gBR0T+yIq7e3eD4X23WXzpKL79CIb94LUqdp+XWLy0J1lqDjWGE
      EpCqxkmwx+JSthQpL8bq9WlKe0DU7eFJa9iXm50tfXgQQlMsLZAyNfaRXILgens4
      EblLcq7p3ZGIQPQSSNVAJU3tB+wvIHYev4MLBDAY2uie
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "pbes2-aes256",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh6hwD35n1j/gICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENagc/yyk9onLCTNpmJGyMUEgZC3
      RZSwEmjFy5CyGExDFb7g6wcjCmFlUiA5uuhVwxnhdAS63/jjTnUMnw++WplnX72V
      CRIrvGxTAHhbewacysmJ+uG7YAa23FOs7K0Yk+giWxgQ+jkaxsO2YYyqpzFDOLd5
      49A06wlMluAbyJAj6SGzkLiWYVYkjPXMHV9F12KrUrcHrq+s54eej1p2ncDZnlM=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "pbes2-des3",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAgAgWlw/ALDyQICCAAw
      DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIH66dQXJxLlEEgZCC1gYpa5C717Yu
      JEwvgMpmt+cy43IBNp/pztml3XkcgN2wwFmV3lkoBIqnOsRlfJaIQWYJSb3137wA
      mbGzt8vS51a5+2zkZctBtWeVqLxG+i8rTf0ZBL/uaiXaEGYiUaat0iMJ2JCsyYAl
      A48F4MkRAPbcxuy3H9dQldwGMEXNoDUch+EtUs7ZrtWJMW58mJY=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "pbes2-rc2",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHrMFYGCSqGSIb3DQEFDTBJMCwGCSqGSIb3DQEFDDAfBAjB3+YuCrBTNAICCAAC
      ARAwDAYIKoZIhvcNAgkFADAZBggqhkiG9w0DAjANAgE6BAhtX5054xeL+gSBkIUK
      tNYAn7mwzxd/sA7j0aglAHQDZozkBMoX3HYyFpLPM/G1NelzPnBavPaFURQC3+Zr
      b0MfK5vWdV4DV3N0KugEcQIrZPhoXFX9fmRs9WZyk+j6luERJA6j/+B9casVLMrR
      buu0F4efPGo8cwcM4PxCxHbishU7Dsk7HgR+1bNh7VEICOXPz3l9RZNjSgSu9g==
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "pkcs8",
      """
      -----BEGIN PRIVATE KEY-----
      MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3RyCU7JsLJMb7qlD
      kpZSnreXlS6RnKhqczGMB8fE02GhRANCAAQwr+oXeRu00fykxIfOIi2nYwXrw4fu
      ny3uVwNHPjc68/Vlv1dvPURygqMYJqAlD0I7K8fmsr+Y9bQld++RWEVF
      -----END PRIVATE KEY-----
      """
    ),
    (
      "scrypt",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjgj7Ad2pI8jgICBAAC
      AQgCAQEwHQYJYIZIAWUDBAEqBBAtGgrd6qnVZ+bB8TcyUH3QBIGQ2k5Nz0OewFQn
      MzzOTe/ObPbS7qm6NbxGu9iniDNCTALoxIT2Z7NagcKch9Zx1YHMjw417sNeMlqw
      CZJa9mNZgXTWIyXxs8HSr/RZ1CDEIWnVYaIeq5OGSheGHnkPNq9vYBMOxbQ2DmJW
      X7oVgnQLU73qyf7GIbtSH9nhZseII4od+8gecWV5T7cnqcp9senk
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "sec1-aes256",
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-256-CBC,422CB83E803598549866E3B0C7B0530A

      UnuXaWFC+fH6F6cKVsqgcipTqWYCb6VPl+7qGUkNMymTmyfEawRbdO/ojtM+EwZy
      XDgbK7otSSCcF8Yw/lY3cjQFmh+mBebJPBE+q/kNsT3B7HH4BSjq9UqeVI6homtC
      274BRDs3c32SqCWrQ/yGQxKLX7mFbBWK2PAlTM1aSwM=
      -----END EC PRIVATE KEY-----
      """
    ),
    (
      "sec1-des3",
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: DES-EDE3-CBC,43513449B429E292

      /j4/a+uRUMzizUuwI9k+IOb0sb75xID7SRlkIm5t/RJ+76NsqgTIOopOTEFRTb+S
      Jnd8KM7kM3rCTlVGLzWwsIWBS5Z/XUY0/Xd3EKw5/KIsaLcbfzq+au2hqehoWmBO
      CGQMVLx6uua9gN9QUwwsEuPtAdm7FQFOAYjRLCX81e0=
      -----END EC PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-MD5-DES",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGwMBsGCSqGSIb3DQEFAzAOBAjK6/HmL2d6dQICCAAEgZBpljRhSWaN4DTdblmQ
      HkbCA7aGPgXvDYyCMVXTNUhi3HJyvHeTjwLw1jX8e1rIwEgLr4xg9DIcPmmzB9Xe
      VycVII8meVbY709jMQ7uCv84IOXMcD3x9c7XM94oUO+HL1Y4220VjWSRuB5UYN0L
      1oOK5ntyVpuRwxRXdnLElP65PciajMI6BGNWS4SCGFwRdDM=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-MD5-RC2-64",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGwMBsGCSqGSIb3DQEFBjAOBAjrvsQLw8yaXgICCAAEgZDfifluYByuIHI6Mi62
      I7MnSjqP06kUy/2D8TDKdZry1N9UDUTSLeD0CYwSj0cSX/VwAhsJNtPVAEIcmFCb
      R6H3PXS2MirCfsan2dGAMoj7SG7/GpHmzMtm/vQBR/BLy+G0FEzlguMURTTCwP70
      cSaTuI7YXztgw1MHqYK1p6npjp2gYfY61spZD4Zv89RXOhk=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-SHA1-3DES",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGxMBwGCiqGSIb3DQEMAQMwDgQI4PeoAWrIwjsCAggABIGQrqkA5XC9ygqxBuFG
      LJVnMULU0H5EDAbIahyp5e/O7Osbt3JFy0S075haxUQ5bFKHSG6q/FXX9eQMykgQ
      RZxkwcPAS1+lKIPP1OWWAaLEo/X3k5kJgoFdisuLeQ3aj3Rzob158ZfcZ8687TU4
      +Fe31yK/8fj/jREya10tEFYaXvtcmWLljK1QfupPUBqwm8ec
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-SHA1-DES",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGwMBsGCSqGSIb3DQEFCjAOBAiFBhm3oEFvKwICCAAEgZDfWYxafLihI/1oqrG0
      BiNxqo9EEJWoFwkANI3GlJqmMqwRRKSjP9WTcBNk5vRuDZ+/AMhA0qPKwlShvdDE
      1yOEyXT4z7jHJtuKHurLPKGVCsVfTixOxe8WL9/8TYGk/fDGkWZIINu5E3A85WEP
      5l9tgILdTmg3/e+kpOpx6WDlJm6E9cVGUEz6bWMr5tepjcg=
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-SHA1-RC2-128",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGxMBwGCiqGSIb3DQEMAQUwDgQIE5RtqhUzBRsCAggABIGQ1nYBANE9p0up6SeZ
      Nzq9bo4PCnLk/O7k2zn/5qmyVF2f711WEpe2SJy/7ojaPIg0JICs7BrMLQnEnO4q
      I/xZLNEMzaHeVsmKWUkidF7nl0vUfe8ow48TXi9Yu6vQqt1dJDhsBb6kDBsEJ4qS
      qIykrgjjPmhpfbin4Mord12czUx0ajarSDrAt9fpXrD43edc
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
    (
      "v1-PBE-SHA1-RC2-40",
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIGxMBwGCiqGSIb3DQEMAQYwDgQIzgXUTOJNsH8CAggABIGQijnF0lg+3WQxK7ez
      LxmSVb1kZmNqM3D0M7BNgU4Nh0YuOT+ImP1UvkzG86KMm444JYba6HXdPRmj9O5j
      8FFlQ/phW9iytZYk6MIlEth5whcGi4yW4YFbllhJ7G9hFvmT9EFXTy2Rn8HSYiWW
      81EBD7M5aUd9M7k4l/pb7zP2Vvl/BzftAP8BRPXww8F8T7rc
      -----END ENCRYPTED PRIVATE KEY-----
      """
    ),
  ]

  /// A signature over `message` with the DSA key and SHA-1.
  static let dsaSignature = "MDwCHBSfFpa0NDPx7rLunF8YLugvFPa2Tq9h3XpILgoCHCHSGXeI8xZiMposRjlHnJ2hSZ94Yt5oisSOsKI="
}
