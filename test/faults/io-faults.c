/*
 * I/O faults for tests: preloaded into a process (LD_PRELOAD), it stands between the process and the system calls that
 * write and sync files, for files whose path contains $IO_FAULTS_MATCH. Faults are armed and counters are read while the
 * process runs, through the file $IO_FAULTS_CONTROL, which is an array of 64-bit integers that both sides know
 * (io-faults.ts, SLOTS). The counters outlive the process, however it ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#undef pwrite64
#undef ftruncate64

/* One kind of operation: its faults and its counters. */
struct faults {
  _Atomic int64_t skip;  /* let so many through first */
  _Atomic int64_t count; /* then fail so many */
  _Atomic int64_t error; /* with this errno */
  _Atomic int64_t delay; /* milliseconds that each takes longer; to lower it lets go of those that it holds back */
  _Atomic int64_t kill;  /* the so-manieth from now kills the process instead of happening; 0: none */
  _Atomic int64_t calls;
  _Atomic int64_t failed;
};

/* Order and sizes as in io-faults.ts. */
struct control {
  struct faults sync;
  struct faults write;
  _Atomic int64_t kill_any; /* as kill, counting operations of both kinds */
};

static struct control *control;
static const char *match;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("IO_FAULTS_CONTROL");
  match = getenv("IO_FAULTS_MATCH");
  int fd = path == NULL || match == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) {
    fprintf(stderr, "io-faults: needs IO_FAULTS_MATCH, and IO_FAULTS_CONTROL naming a control file\n");
    _exit(127);
  }
  close(fd);
  control = map;
}

/* Takes one from a counter that is above 0; answers what it was. */
static int64_t take(_Atomic int64_t *counter) {
  int64_t value = atomic_load(counter);
  while (value > 0 && !atomic_compare_exchange_weak(counter, &value, value - 1)) {
  }
  return value;
}

/* Asked every time: a cache by descriptor would have to know of every way to close and reuse one. */
static int is_watched(int fd) {
  if (control == NULL) return 0;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  return strstr(path, match) != NULL;
}

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Waits as long as the delay says, which may change meanwhile. */
static void hold_back(struct faults *faults) {
  int64_t begun = nanoseconds();
  while (nanoseconds() - begun < atomic_load(&faults->delay) * INT64_C(1000000)) {
    struct timespec time = {.tv_nsec = 1000000};
    nanosleep(&time, NULL);
  }
}

/* What happens to an operation before it happens; answers 0, or -1 with errno set where it is to fail. */
static int before(int fd, struct faults *(*kind)(void)) {
  int saved = errno;
  if (is_watched(fd)) {
    struct faults *faults = kind();
    atomic_fetch_add(&faults->calls, 1);
    if (take(&faults->kill) == 1 || take(&control->kill_any) == 1) {
      kill(getpid(), SIGKILL);
      for (;;) pause();
    }
    hold_back(faults);
    if (take(&faults->skip) <= 0 && take(&faults->count) > 0) {
      atomic_fetch_add(&faults->failed, 1);
      errno = (int)atomic_load(&faults->error);
      return -1;
    }
  }
  errno = saved;
  return 0;
}

static struct faults *syncs(void) { return &control->sync; }
static struct faults *writes(void) { return &control->write; }

int fsync(int fd) { return before(fd, syncs) ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return before(fd, syncs) ? -1 : (int)syscall(SYS_fdatasync, fd); }

ssize_t write(int fd, const void *data, size_t size) {
  return before(fd, writes) ? -1 : syscall(SYS_write, fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return before(fd, writes) ? -1 : syscall(SYS_pwrite64, fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return before(fd, writes) ? -1 : syscall(SYS_pwrite64, fd, data, size, offset);
}
int ftruncate(int fd, off_t size) { return before(fd, writes) ? -1 : (int)syscall(SYS_ftruncate, fd, size); }
int ftruncate64(int fd, off64_t size) { return before(fd, writes) ? -1 : (int)syscall(SYS_ftruncate, fd, size); }
