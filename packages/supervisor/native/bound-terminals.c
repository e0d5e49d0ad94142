/*
 * usage: bound-terminals NUMBER   Descriptor 3 is the mount namespace of a sandbox.
 *
 * Bounds how many pseudo terminals there can be in a sandbox (devpts, mount option max): without it one guest could take
 * all that the host lends to sandboxes. bwrap has no option for it. Whoever made the sandbox may enter the user namespace
 * that its mounts belong to, and is there who may mount them anew.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNTS 3
#ifndef NS_GET_USERNS
#define NS_GET_USERNS _IO(0xb7, 0x1)
#endif

/* A process cannot enter the user namespace that it is in already. */
static int is_own(int user)
{
	struct stat own, other;

	return stat("/proc/self/ns/user", &own) == 0 && fstat(user, &other) == 0 && own.st_ino == other.st_ino;
}

int main(int count, char **words)
{
	char options[64];
	int user = ioctl(MOUNTS, NS_GET_USERNS);

	if (count != 2 || user < 0)
		return 2;
	/* Beside the limit what bwrap gave it: options that are left out go back to the host's. */
	snprintf(options, sizeof options, "mode=620,ptmxmode=666,max=%s", words[1]);
	if (!is_own(user) && setns(user, CLONE_NEWUSER) < 0)
		return 3;
	if (setns(MOUNTS, CLONE_NEWNS) < 0)
		return 4;
	return mount(NULL, "/dev/pts", NULL, MS_REMOUNT | MS_NOSUID | MS_NOEXEC, options) < 0 ? 5 : 0;
}
