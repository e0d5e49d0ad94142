/*
 * The telnet server that UML's port channel runs for each connection, in the place of in.telnetd and of UML's own
 * port-helper, which hosts seldom have. Descriptors 0 to 2 are the connection, 3 is a socket to the kernel. It makes a
 * pseudo terminal, hands its slave to the kernel, and carries bytes between its master and the connection, as telnet.
 *
 * It runs inside the guest's sandbox; what it reads comes from Corral on one side and from the guest on the other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { CONNECTION = 0, KERNEL = 3 };
enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };
enum { BINARY = 0, ECHO_OPTION = 1, SUPPRESS_GO_AHEAD = 3, WINDOW_SIZE = 31 };

/* A piece of a console's output: what a terminal gives in one read. */
#define PIECE 4096
/* The longest subnegotiation that means anything here is a window size of 1 + 4 bytes. */
#define NEGOTIATION 8

/* What this end offers and wants; every answer to it is known beforehand, and so none needs a reply. */
static const unsigned char greeting[] = {
	IAC, WILL, ECHO_OPTION, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, WILL, BINARY, IAC, DO, BINARY, IAC, DO, WINDOW_SIZE,
};

static int write_all(int fd, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EAGAIN) {
			struct pollfd room = { fd, POLLOUT, 0 };

			poll(&room, 1, -1);
			continue;
		}
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -1;
		bytes += written;
		length -= written;
	}
	return 0;
}

/* UML waits for a message of one int, the process to kill when the console is closed, and one descriptor. */
static int hand_over(int slave)
{
	int process = getpid();
	char control[CMSG_SPACE(sizeof slave)] = { 0 };
	struct iovec part = { &process, sizeof process };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control,
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof slave);
	memcpy(CMSG_DATA(header), &slave, sizeof slave);
	return sendmsg(KERNEL, &message, 0) == sizeof process ? 0 : -1;
}

static int new_terminal(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || tcgetattr(*slave, &mode) < 0)
		return -1;
	cfmakeraw(&mode);
	tcsetattr(*slave, TCSANOW, &mode);
	return master;
}

static int guest_printed(int master)
{
	unsigned char bytes[PIECE], escaped[2 * PIECE];
	ssize_t length = read(master, bytes, sizeof bytes);
	size_t out = 0;

	if (length <= 0)
		return -1;
	for (ssize_t i = 0; i < length; i++) {
		if (bytes[i] == IAC)
			escaped[out++] = IAC;
		escaped[out++] = bytes[i];
	}
	return write_all(CONNECTION, escaped, out);
}

static void negotiated(int master, const unsigned char *said, int length)
{
	struct winsize size = { 0 };

	if (length != 5 || said[0] != WINDOW_SIZE)
		return;
	size.ws_col = said[1] << 8 | said[2];
	size.ws_row = said[3] << 8 | said[4];
	ioctl(master, TIOCSWINSZ, &size);
}

/* Takes telnet's commands out of what was typed. What is unfinished waits in static variables for the next piece. */
static int somebody_typed(int master)
{
	static enum { DATA, COMMAND, OPTION, INSIDE, INSIDE_COMMAND } state = DATA;
	static unsigned char said[NEGOTIATION];
	static int said_length = 0;
	unsigned char bytes[PIECE], keys[PIECE];
	ssize_t length = read(CONNECTION, bytes, sizeof bytes);
	size_t out = 0;

	if (length <= 0)
		return -1;
	for (ssize_t i = 0; i < length; i++) {
		unsigned char byte = bytes[i];

		switch (state) {
		case DATA:
			if (byte == IAC)
				state = COMMAND;
			else
				keys[out++] = byte;
			break;
		case COMMAND:
			state = byte >= WILL && byte <= DONT ? OPTION : byte == SB ? INSIDE : DATA;
			said_length = 0;
			if (byte == IAC)
				keys[out++] = IAC;
			break;
		case OPTION:
			state = DATA;
			break;
		case INSIDE:
			if (byte == IAC)
				state = INSIDE_COMMAND;
			else if (said_length < NEGOTIATION)
				said[said_length++] = byte;
			break;
		case INSIDE_COMMAND:
			if (byte == IAC && said_length < NEGOTIATION)
				said[said_length++] = IAC;
			state = byte == IAC ? INSIDE : DATA;
			if (byte == SE)
				negotiated(master, said, said_length);
			break;
		}
	}
	return write_all(master, keys, out);
}

int main(void)
{
	int slave;
	int master = new_terminal(&slave);

	if (master < 0 || hand_over(slave) < 0)
		return 1;
	/* From here on the guest's kernel alone holds the slave, so that its closing is seen. */
	close(slave);
	if (write_all(CONNECTION, greeting, sizeof greeting) < 0)
		return 1;
	for (;;) {
		struct pollfd ends[] = { { CONNECTION, POLLIN, 0 }, { master, POLLIN, 0 } };

		if (poll(ends, 2, -1) < 0)
			continue;
		if (ends[1].revents != 0 && guest_printed(master) < 0)
			return 0;
		if (ends[0].revents != 0 && somebody_typed(master) < 0)
			return 0;
	}
}
