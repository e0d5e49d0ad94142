/*
 * Keeps a console from going deaf (docs/uml.md, "A full terminal"). When 3,969 bytes wait unread in a terminal, UML takes
 * its descriptor out of epoll for reading (line_throttle in arch/um/drivers/line.c), and nothing ever puts it back. It
 * reads once more when a program has read (line_unthrottle), so when that finds nothing more this puts it back: it writes
 * the mask of events, which the kernel has cleared, into the kernel's own note again. Not earlier: an interrupt in the
 * middle of that reading would read too, and the byte in between be put behind what it reads. Where the mask stands, the
 * kernel shows when it registers the descriptor; where that cannot be told for certain, nothing is done.
 *
 * While a terminal is full a few bytes still pass: it has room for some keys, and Ctrl-C must reach a program that does
 * not read. What is more waits on the host, where whoever writes can see that it does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Descriptors beyond have no console: a guest has some 80 lines. */
#define DESCRIPTORS 1024
/* How far into its note of a descriptor the kernel's masks are looked for: two notes of 24 to 40 bytes come first. */
#define NOTE_INTS 40
/* Bytes that pass into a full terminal at once: a key's sequence, a mouse report. Corral writes keys in no greater pieces. */
#define KEYS_MAXIMUM 16

struct line {
	void *note;
	/* Where in the note the kernel keeps which events it reads for, and what stood there. */
	volatile uint32_t *reads;
	uint32_t mask;
	/* Taken out of epoll, and perhaps about to be put back for writing only. */
	int removed;
	int full;
	/* Keys are passing: what the kernel reads next is them. */
	int keys;
	/* A program has read, and the kernel reads what waits. */
	int draining;
	/* As it was registered last. */
	int epoll;
	struct epoll_event event;
};

static int (*next_epoll_ctl)(int, int, int, struct epoll_event *);
static int (*next_epoll_wait)(int, struct epoll_event *, int, int);
static ssize_t (*next_read)(int, void *, size_t);
static struct line lines[DESCRIPTORS];
static int full_lines;

__attribute__((constructor)) static void find_next(void)
{
	next_epoll_ctl = dlsym(RTLD_NEXT, "epoll_ctl");
	next_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
	next_read = dlsym(RTLD_NEXT, "read");
}

static void set_full(struct line *line, int full)
{
	full_lines += full - line->full;
	line->full = full;
	line->keys = 0;
	line->draining = 0;
}

/* The one place in a note where exactly the events for reading stand; NULL when there is none, or more than one. */
static volatile uint32_t *find_reads(void *note, uint32_t mask)
{
	volatile uint32_t *ints = note, *found = NULL;
	int i;

	for (i = 0; i < NOTE_INTS; i++) {
		if (ints[i] != mask)
			continue;
		if (found != NULL)
			return NULL;
		found = &ints[i];
	}
	return found;
}

static void registered(struct line *line, struct epoll_event *event)
{
	uint32_t mask = event->events & ~(EPOLLET | EPOLLOUT);
	int removed = line->removed;

	line->removed = 0;
	if (mask & EPOLLIN) {
		set_full(line, 0);
		line->note = event->data.ptr;
		line->mask = mask;
		line->reads = find_reads(line->note, mask);
	} else if (removed && line->reads != NULL && line->note == event->data.ptr && *line->reads == 0) {
		set_full(line, 1);
		event->events |= line->mask;
	}
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	struct epoll_event changed;
	struct line *line;

	if (fd < 0 || fd >= DESCRIPTORS)
		return next_epoll_ctl(epoll, operation, fd, event);
	line = &lines[fd];
	if (operation == EPOLL_CTL_DEL) {
		set_full(line, 0);
		line->removed = 1;
	} else if (event != NULL && event->data.ptr != NULL) {
		changed = *event;
		registered(line, &changed);
		line->epoll = epoll;
		line->event = changed;
		event = &changed;
	}
	return next_epoll_ctl(epoll, operation, fd, event);
}

static int has_keys_only(int fd)
{
	int waiting = 0;

	return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0 && waiting <= KEYS_MAXIMUM;
}

static void let_keys_pass(struct epoll_event *event)
{
	int fd;

	for (fd = 0; fd < DESCRIPTORS; fd++) {
		struct line *line = &lines[fd];
		if (!line->full || line->draining || line->note != event->data.ptr)
			continue;
		if (!(event->events & EPOLLIN) || !has_keys_only(fd))
			continue;
		*line->reads = line->mask;
		line->keys = 1;
	}
}

int epoll_wait(int epoll, struct epoll_event *events, int maximum, int timeout)
{
	int fd, i, count;

	for (fd = 0; full_lines > 0 && fd < DESCRIPTORS; fd++) {
		if (!lines[fd].keys)
			continue;
		*lines[fd].reads = 0;
		lines[fd].keys = 0;
	}
	count = next_epoll_wait(epoll, events, maximum, timeout);
	for (i = 0; full_lines > 0 && i < count; i++)
		let_keys_pass(&events[i]);
	return count;
}

/* The terminal has room again, and everything that came meanwhile was read. What comes just now is told of once more. */
static void listen_again(int fd, struct line *line)
{
	*line->reads = line->mask;
	set_full(line, 0);
	next_epoll_ctl(line->epoll, EPOLL_CTL_MOD, fd, &line->event);
}

ssize_t read(int fd, void *buffer, size_t length)
{
	struct line *line = fd >= 0 && fd < DESCRIPTORS ? &lines[fd] : NULL;
	ssize_t count;
	int error;

	/* Other libraries' constructors may read before ours was called: libcap-ng's in setpriv does. */
	if (next_read == NULL)
		find_next();
	if (line == NULL || !line->full || line->keys)
		return next_read(fd, buffer, length);
	line->draining = 1;
	count = next_read(fd, buffer, length);
	error = errno;
	if (count <= 0 && error != EINTR)
		listen_again(fd, line);
	errno = error;
	return count;
}
