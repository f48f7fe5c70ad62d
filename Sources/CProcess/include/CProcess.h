#ifndef COUNTERSIGN_PROCESS_H
#define COUNTERSIGN_PROCESS_H

#include <sys/prctl.h>

// prctl takes a variable number of arguments, which Swift cannot call.

static inline int countersign_set_dumpable(int dumpable) { return prctl(PR_SET_DUMPABLE, (unsigned long)dumpable, 0, 0, 0); }
static inline int countersign_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }

#endif
