/** What processes of Ticket Rail end with, besides 0: everything went well. */

/** A command could not do what it was asked for, or what it compared or verified does not hold. */
export const EXIT_FAILED = 1;
/** `replay`: the comparison could not be made. {@link EXIT_FAILED} says that it was, and found differences. */
export const EXIT_NOT_COMPARED = 2;
/** `verify`: nothing contradicts anything, but not all of it could be verified. */
export const EXIT_UNDECIDED = 3;
/** The service does not start: something that it needs is unavailable (sysexits.h). */
export const EXIT_UNAVAILABLE = 69;
/** The service does not start: the configuration is wrong (sysexits.h). */
export const EXIT_CONFIG = 78;
/** Nobody reads the output any more; shells give this code to a command that SIGPIPE ended. */
export const EXIT_NOBODY_READS = 141;
