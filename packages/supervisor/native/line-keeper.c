/*
 * Holds one end of a guest's console open while no server does, so that the guest sees no hang-up when the server is
 * killed. It never reads or writes: a new server takes the line back and goes on where the old one stopped.
 *
 *   line-keeper         holds the terminal that it is handed as descriptor 3
 *   line-keeper PORT    connects to 127.0.0.1:PORT first, says "ok" on its output, and holds the connection as
 *                       descriptor 3. It is started inside the guest's network namespace.
 *
 * It ends when the other end of the line does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STARTER = 1, LINE = 3, LAST_INHERITED = 9 };

/* A guest listens some 0.1 s after its start; one that never does is not waited for by a forgotten process for ever. */
#define CONNECT_EVERY_MS 50
#define CONNECT_TRIES 1200

static int connected(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct timespec pause = { 0, CONNECT_EVERY_MS * 1000000L };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int try = 0; try < CONNECT_TRIES; try++) {
		int line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct pollfd starter = { STARTER, 0, 0 };

		if (line < 0)
			return -1;
		if (connect(line, (struct sockaddr *)&address, sizeof address) == 0)
			return line;
		close(line);
		/* Whoever started this is gone. */
		if (poll(&starter, 1, 0) > 0)
			return -1;
		nanosleep(&pause, NULL);
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct pollfd line = { LINE, POLLRDHUP, 0 };

	if (argc > 1) {
		int connection = connected(atoi(argv[1]));

		if (connection < 0 || dup2(connection, LINE) < 0)
			return 1;
		if (write(STARTER, "ok\n", 3) != 3)
			return 1;
	}
	/* Namespaces that it was started through must not live as long as it does; nor must its starter wait for it. */
	close(STARTER);
	for (int fd = LINE + 1; fd <= LAST_INHERITED; fd++)
		close(fd);
	while (poll(&line, 1, -1) < 0)
		;
	return 0;
}
