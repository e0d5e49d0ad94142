/*
 * Lets kernels older than 6.11 run on processors with AMX (docs/uml.md, "Wide registers"). Preloaded into the kernel's
 * process, it stands before ptrace(2). Such a kernel hands over 2.7 KiB of vector registers; a host with AMX takes all
 * 11 KiB or none, so what is missing is handed over as zeroes, which mean "never used". Guests may not use AMX.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

/* More than any processor has: AMX ends at 11 KiB. */
#define WHOLE_MAXIMUM_BYTES 65536

static long (*next)(int request, ...);
/* Not on the stack: a kernel stack of UML has 16 KiB. One thread of UML switches registers, so one buffer will do. */
static char whole[WHOLE_MAXIMUM_BYTES] __attribute__((aligned(64)));
static size_t whole_bytes;

__attribute__((constructor)) static void find_next(void) { next = dlsym(RTLD_NEXT, "ptrace"); }

/* What this host keeps of a process. 0: it did not say. */
static size_t ask_size(long pid)
{
	struct iovec all = { whole, sizeof whole };
	long answer = next(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all);

	memset(whole, 0, sizeof whole);
	return answer == 0 ? all.iov_len : 0;
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list arguments;
	long pid;
	void *address, *data;

	va_start(arguments, request);
	pid = va_arg(arguments, long);
	address = va_arg(arguments, void *);
	data = va_arg(arguments, void *);
	va_end(arguments);

	if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) {
		const struct iovec *given = data;
		if (whole_bytes == 0)
			whole_bytes = ask_size(pid);
		if (given->iov_len < whole_bytes) {
			struct iovec all = { whole, whole_bytes };
			memcpy(whole, given->iov_base, given->iov_len);
			return next(request, pid, address, &all);
		}
	}
	return next(request, pid, address, data);
}
