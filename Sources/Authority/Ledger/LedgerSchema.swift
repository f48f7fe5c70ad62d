import GRDB

/// The tables, in the order they came to be. A step is never changed once released; a new one is added.
enum LedgerSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: first) }
    migrator.registerMigration("2") { try $0.execute(sql: serviceURLs) }
    migrator.registerMigration("crlLifetime") { try $0.execute(sql: crlLifetime) }
    migrator.registerMigration("certificate names") { try indexNames($0) }
    return migrator
  }

  private static let first = """
    CREATE TABLE authority (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      certificate BLOB NOT NULL,
      above BLOB NOT NULL,
      isDefault INTEGER NOT NULL,
      crlNumber TEXT NOT NULL,
      crlDays INTEGER NOT NULL,
      crl BLOB,
      crlNextUpdate INTEGER,
      crlIsStale INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE certificate (
      id INTEGER PRIMARY KEY,
      authorityID INTEGER NOT NULL REFERENCES authority(id),
      serial TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('intent', 'issued', 'abandoned')),
      origin TEXT NOT NULL CHECK (origin IN ('issued', 'imported')),
      profile TEXT NOT NULL,
      name TEXT NOT NULL,
      folder TEXT NOT NULL,
      subject TEXT NOT NULL,
      alternativeNames TEXT NOT NULL,
      notBefore INTEGER,
      notAfter INTEGER NOT NULL,
      certificate BLOB,
      fingerprint TEXT,
      publicKeyHash TEXT,
      keyPath TEXT,
      csrPath TEXT,
      certificatePath TEXT,
      stagedPath TEXT,
      createdAt INTEGER NOT NULL,
      revokedAt INTEGER,
      reason INTEGER,
      invalidityDate INTEGER,
      holdInstruction TEXT,
      UNIQUE (authorityID, serial)
    );
    CREATE INDEX certificateByName ON certificate (name);
    CREATE INDEX certificateByKey ON certificate (publicKeyHash);
    CREATE INDEX certificateByFingerprint ON certificate (fingerprint);
    CREATE INDEX certificateRevoked ON certificate (authorityID) WHERE revokedAt IS NOT NULL;
    CREATE INDEX certificateUnfinished ON certificate (id) WHERE state = 'intent';
    CREATE TABLE publication (
      id INTEGER PRIMARY KEY,
      stagedPath TEXT,
      bytes BLOB,
      path TEXT NOT NULL,
      mode INTEGER NOT NULL
    );
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      who TEXT NOT NULL,
      action TEXT NOT NULL,
      authority TEXT,
      serial TEXT,
      what TEXT NOT NULL,
      why TEXT NOT NULL
    );
    """

  /// Who has a name is asked with every certificate that is issued.
  private static func indexNames(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE certificateName (
          name TEXT NOT NULL,
          certificateID INTEGER NOT NULL REFERENCES certificate(id),
          PRIMARY KEY (name, certificateID)
        ) WITHOUT ROWID
        """)
    for row in try Row.fetchAll(database, sql: "SELECT id, subject, alternativeNames FROM certificate") {
      try database.indexNames(
        ofCertificate: row["id"], subject: row["subject"],
        alternativeNames: (row["alternativeNames"] as String).split(separator: "\n").map(String.init))
    }
  }

  /// In seconds; `crlDays` is what older versions read.
  private static let crlLifetime = """
    ALTER TABLE authority ADD COLUMN crlLifetime INTEGER NOT NULL DEFAULT 0;
    UPDATE authority SET crlLifetime = crlDays * 86400;
    """

  /// Lists, one URL a line.
  private static let serviceURLs = """
    ALTER TABLE authority ADD COLUMN ocspURLs TEXT NOT NULL DEFAULT '';
    ALTER TABLE authority ADD COLUMN caIssuersURLs TEXT NOT NULL DEFAULT '';
    ALTER TABLE authority ADD COLUMN crlURLs TEXT NOT NULL DEFAULT '';
    """
}
