/*
 * Preloaded into a program of a test: before each call that changes something below a folder it says which, and waits to
 * be let go on. Whoever listens sees the folder as a kill at that moment would leave it, or kills.
 *
 * STEPS_BELOW is the folder; descriptor 4 takes a line for each step, descriptor 5 gives a byte for each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SAY = 4, HEAR = 5 };

static char below[4096];
static size_t below_length;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
	const char *folder = getenv("STEPS_BELOW");

	if (folder == NULL || strlen(folder) >= sizeof below)
		return;
	strcpy(below, folder);
	below_length = strlen(below);
	/* What this program starts goes its own way. */
	unsetenv("LD_PRELOAD");
}

static void step(const char *call, const char *path)
{
	char line[4200], byte;
	int length;

	if (below_length == 0 || path == NULL || strncmp(path, below, below_length) != 0)
		return;
	length = snprintf(line, sizeof line, "%s %s\n", call, path + below_length);
	pthread_mutex_lock(&one_at_a_time);
	if (syscall(SYS_write, SAY, line, length) != length || syscall(SYS_read, HEAR, &byte, 1) != 1)
		_exit(3);
	pthread_mutex_unlock(&one_at_a_time);
}

static void step_of(const char *call, int fd)
{
	char name[64], path[4096];
	ssize_t length;

	if (below_length == 0)
		return;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	length = syscall(SYS_readlink, name, path, sizeof path - 1);
	if (length <= 0)
		return;
	path[length] = 0;
	step(call, path);
}

/* What stands behind a name, also behind one that begins at a pinned folder. */
static void step_at(const char *call, int folder, const char *path)
{
	char name[64], whole[8192], start[4096];
	ssize_t length;

	if (below_length == 0 || path == NULL)
		return;
	if (strncmp(path, "/proc/self/fd/", 14) == 0)
		folder = atoi(path + 14);
	else if (path[0] == '/' || folder == AT_FDCWD) {
		step(call, path);
		return;
	}
	snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
	length = syscall(SYS_readlink, name, start, sizeof start - 1);
	if (length <= 0)
		return;
	start[length] = 0;
	path = path[0] == '/' ? strrchr(path, '/') + 1 : path;
	snprintf(whole, sizeof whole, "%s/%s", start, path);
	step(call, whole);
}

#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
	int name(const char *path, int flags, ...) \
	{ \
		va_list rest; \
		int mode; \
		NEXT(name); \
		va_start(rest, flags); \
		mode = va_arg(rest, int); \
		va_end(rest); \
		if (flags & (O_CREAT | O_TRUNC)) \
			step_at("open", AT_FDCWD, path); \
		return next(path, flags, mode); \
	}
OPEN(open)
OPEN(open64)

#define BY_PATH(result, name, arguments, call) \
	result name arguments \
	{ \
		NEXT(name); \
		step_at(#name, AT_FDCWD, path); \
		return next call; \
	}
BY_PATH(int, unlink, (const char *path), (path))
BY_PATH(int, rmdir, (const char *path), (path))
BY_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode))
BY_PATH(int, chmod, (const char *path, mode_t mode), (path, mode))
BY_PATH(int, chown, (const char *path, uid_t user, gid_t group), (path, user, group))
BY_PATH(int, lchown, (const char *path, uid_t user, gid_t group), (path, user, group))
BY_PATH(int, truncate, (const char *path, off_t size), (path, size))
BY_PATH(int, rename, (const char *path, const char *to), (path, to))
BY_PATH(int, link, (const char *path, const char *to), (path, to))

#define BY_FD(result, name, arguments, call) \
	result name arguments \
	{ \
		NEXT(name); \
		step_of(#name, fd); \
		return next call; \
	}
BY_FD(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
BY_FD(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
BY_FD(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
BY_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
BY_FD(int, ftruncate, (int fd, off_t size), (fd, size))
BY_FD(int, ftruncate64, (int fd, off64_t size), (fd, size))
BY_FD(int, fchmod, (int fd, mode_t mode), (fd, mode))
BY_FD(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
