/*
 * Keeps a kernel from missing its interrupts (docs/uml.md, "Lost interrupts"). UML is told of input and of room for
 * output by SIGIO, and then asks epoll what it is. Two things go wrong on a host of several processors:
 * - Linux sends a terminal's SIGIO a moment before epoll knows of the event (tty_wakeup and __receive_buf in
 *   drivers/tty). UML that is quick to ask finds nothing, and is never told again.
 * - A SIGIO that comes after UML shut interrupts off to go to sleep is only noted, and UML sleeps on it.
 * Both leave the event in epoll. So sleep ends when epoll has an event, too, and a busy kernel looks at each tick.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

typedef void handler(int signal, siginfo_t *info, void *context);

static int (*next_sigaction)(int, const struct sigaction *, struct sigaction *);
static int (*next_epoll_create)(int);
static int (*next_sigsuspend)(const sigset_t *);
static handler *kernels_tick;
/* The kernel makes one, for all its interrupts. */
static int interrupts = -1;
/*
 * The process that does. UML's helper that waits for a console's window to change shares the kernel's memory, and sleeps
 * with sigsuspend too: woken for an event of the kernel's, it would tell of a change of size that never was.
 */
static pid_t kernel = -1;

__attribute__((constructor)) static void find_next(void)
{
	next_sigaction = dlsym(RTLD_NEXT, "sigaction");
	next_epoll_create = dlsym(RTLD_NEXT, "epoll_create");
	next_sigsuspend = dlsym(RTLD_NEXT, "sigsuspend");
}

int epoll_create(int size)
{
	kernel = getpid();
	return interrupts = next_epoll_create(size);
}

/* Until there is an event, a signal that the mask lets through, or the time is up. Nonzero: there is an event. */
static int wait_for_event(const struct timespec *limit, const sigset_t *mask)
{
	struct pollfd events = { interrupts, POLLIN, 0 };

	return ppoll(&events, 1, limit, mask) > 0;
}

int sigsuspend(const sigset_t *mask)
{
	if (getpid() != kernel)
		return next_sigsuspend(mask);
	if (wait_for_event(NULL, mask))
		raise(SIGIO);
	errno = EINTR;
	return -1;
}

static void tick(int signal, siginfo_t *info, void *context)
{
	static const struct timespec at_once;

	if (wait_for_event(&at_once, NULL))
		raise(SIGIO);
	kernels_tick(signal, info, context);
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	handler *before = kernels_tick;
	struct sigaction ticking;
	int answer;

	if (signal == SIGALRM && action != NULL && action->sa_handler != SIG_IGN && action->sa_handler != SIG_DFL) {
		kernels_tick = action->sa_sigaction;
		ticking = *action;
		ticking.sa_sigaction = tick;
		action = &ticking;
	}
	answer = next_sigaction(signal, action, old);
	/* Who puts back what was there must be given the kernel's own handler. */
	if (answer == 0 && old != NULL && old->sa_sigaction == tick)
		old->sa_sigaction = before;
	return answer;
}
