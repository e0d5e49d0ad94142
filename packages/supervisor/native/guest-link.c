/*
 * The guest's end of the guest link: docs/guest-link.md. Runs commands that Corral sends over a serial line of its own,
 * such as /dev/ttyS62, and sends back what they print as it comes. It lies in images as /usr/lib/corral/link, statically
 * linked; init starts it with the line's name, and again if it ends.
 *
 * One process, which waits for nothing but the line: a guest's programs cost milliseconds each to start, and tens of them
 * on a busy host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define VERSION 3
/* The longest line from the server is a frame of words. */
#define LINE_MAXIMUM 2048
/* Output that is sent before it is asked whether to go on, and input that is held as one. */
#define PIECE (32 * 1024)
/* Bytes of output in one line, and its length in base64. */
#define LINE_BYTES 540
#define LINE_TEXT (LINE_BYTES / 3 * 4)
/* The server sends no more pieces than half of these before one is taken. */
#define PIECES_HELD 8
/* All words of one command, quoted: far more than the server allows. */
#define WORDS_MAXIMUM (512 * 1024)
#define ID_MAXIMUM 24
/* Above the guest's own programs, which may take all of its time. */
#define OWN_NICENESS (-10)

struct piece {
	struct piece *next;
	char number[ID_MAXIMUM + 1];
	size_t length, given;
	char bytes[PIECE];
};

struct output {
	/* -1: its end was said. */
	int fd;
	char kind;
	/* Waits for an answer; and all who could write to it have gone meanwhile. */
	bool asks, hung;
	/* Nobody wants it: what has it open prints into nothing. */
	bool dropped;
};

struct run {
	struct run *next;
	char id[ID_MAXIMUM + 1];
	/* 0: it has ended. */
	pid_t pid;
	struct output outputs[2];
	/* -1: it takes none. */
	int input;
	bool input_ends;
	/* In order; the last one may still be coming. */
	struct piece *pieces;
	/* Of an earlier greeting: nothing is said of it any more. */
	bool forgotten;
};

static int line;
static struct run *runs;
static char *words;
static size_t words_length;

static void write_line(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(line, bytes, length);

		if (written < 0 && errno == EAGAIN) {
			struct pollfd room = { line, POLLOUT, 0 };

			poll(&room, 1, -1);
			continue;
		}
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			exit(1);
		bytes += written;
		length -= written;
	}
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char text[LINE_MAXIMUM];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	write_line(text, length);
}

static struct run *find(const char *id)
{
	struct run *run = runs;

	while (run != NULL && (run->forgotten || strcmp(run->id, id) != 0))
		run = run->next;
	return run;
}

static size_t base64(const unsigned char *from, size_t length, char *to)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *begin = to;

	for (size_t at = 0; at < length; at += 3) {
		unsigned three = from[at] << 16;

		if (at + 1 < length)
			three |= from[at + 1] << 8;
		if (at + 2 < length)
			three |= from[at + 2];
		*to++ = letters[three >> 18];
		*to++ = letters[three >> 12 & 63];
		*to++ = at + 1 < length ? letters[three >> 6 & 63] : '=';
		*to++ = at + 2 < length ? letters[three & 63] : '=';
	}
	return to - begin;
}

static void send_output(const struct run *run, char kind, const char *bytes, size_t length)
{
	static char text[(PIECE / LINE_BYTES + 1) * (LINE_TEXT + ID_MAXIMUM + 8)];
	size_t used = 0;

	for (size_t at = 0; at < length; at += LINE_BYTES) {
		size_t part = length - at < LINE_BYTES ? length - at : LINE_BYTES;

		used += sprintf(text + used, "%c %s ", kind, run->id);
		used += base64((const unsigned char *)bytes + at, part, text + used);
		text[used++] = '\n';
	}
	write_line(text, used);
}

static void end_output(const struct run *run, struct output *output)
{
	close(output->fd);
	output->fd = -1;
	if (!run->forgotten)
		say("%c %s .\n", output->kind, run->id);
}

/* Sends what is there now, at most a piece, and asks whether to go on, unless that was the end of it. */
static void pump(const struct run *run, struct output *output)
{
	static char piece[PIECE];
	size_t length = 0;
	ssize_t got = 1;

	while (length < PIECE && got > 0) {
		got = read(output->fd, piece + length, PIECE - length);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			length += got;
	}
	bool ended = got == 0 || (got < 0 && errno != EAGAIN);

	if (length > 0 && !output->dropped) {
		send_output(run, output->kind, piece, length);
		if (!ended) {
			output->asks = true;
			say("%c %s ?\n", output->kind, run->id);
		}
	}
	if (ended)
		end_output(run, output);
}

/* An output that waits for an answer may turn out to have ended with what was sent. */
static void hang_up(const struct run *run, struct output *output)
{
	int unread = 0;

	output->hung = true;
	if (ioctl(output->fd, FIONREAD, &unread) == 0 && unread == 0)
		end_output(run, output);
}

/* Where the bytes of a data frame go, and how many are still to come. */
static struct piece *data_piece;
static size_t data_left;

static void drop_piece(struct run *run)
{
	struct piece *first = run->pieces;

	if (first == data_piece)
		data_piece = NULL;
	run->pieces = first->next;
	free(first);
}

static void close_input(struct run *run)
{
	if (run->input >= 0)
		close(run->input);
	run->input = -1;
}

/* A piece that was given out is sealed: its number is set only then. */
static bool has_input(const struct run *run)
{
	return run->pieces != NULL && run->pieces->number[0] != '\0';
}

static void give_input(struct run *run)
{
	while (has_input(run)) {
		struct piece *piece = run->pieces;

		/* A command that reads no more lets the rest of its input go nowhere. */
		while (run->input >= 0 && piece->given < piece->length) {
			ssize_t given = write(run->input, piece->bytes + piece->given, piece->length - piece->given);

			if (given < 0 && errno == EAGAIN)
				return;
			if (given >= 0)
				piece->given += given;
			else if (errno != EINTR)
				close_input(run);
		}
		say("t %s %s\n", run->id, piece->number);
		drop_piece(run);
	}
	if (run->input_ends)
		close_input(run);
}

/* Words stand quoted as for a shell: '…', with '\'' for a quote and '"$newline"' for a line feed. */
static char **unquote(char *from)
{
	char **all = calloc(strlen(from) / 2 + 2, sizeof *all), *to = from;
	size_t count = 0;

	if (all == NULL)
		return NULL;
	while (*from != '\0') {
		all[count++] = to;
		while (*from != '\0' && *from != ' ') {
			if (*from == '\'') {
				for (from++; *from != '\0' && *from != '\''; from++)
					*to++ = *from;
				from += *from != '\0';
			} else if (*from == '"') {
				*to++ = '\n';
				from = strchrnul(from + 1, '"');
				from += *from != '\0';
			} else {
				from += *from == '\\' && from[1] != '\0';
				*to++ = *from++;
			}
		}
		while (*from == ' ')
			from++;
		*to++ = '\0';
	}
	return all;
}

static void become(char **argv, int input, int output, int errors, const struct rlimit *files)
{
	sigset_t none;
	int adjust = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (adjust < 0 || write(adjust, "0", 1) < 0)
		adjust = -1;
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, 0);
	setrlimit(RLIMIT_NOFILE, files);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0)
		_exit(126);
	if (argv[0] != NULL)
		execvp(argv[0], argv);
	dprintf(2, "corral: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static struct rlimit children_files;

/* Whether it was begun; errno otherwise. */
static bool begin(struct run *run, char **argv, bool with_input)
{
	int output[2] = { -1, -1 }, errors[2] = { -1, -1 }, input[2] = { -1, -1 };
	bool begun = false;

	if (pipe2(output, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0 &&
	    (with_input ? pipe2(input, O_CLOEXEC) == 0 : (input[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)) {
		run->pid = fork();
		if (run->pid == 0)
			become(argv, input[0], output[1], errors[1], &children_files);
		begun = run->pid > 0;
	}
	int problem = errno;

	if (begun) {
		fcntl(output[0], F_SETFL, O_NONBLOCK);
		fcntl(errors[0], F_SETFL, O_NONBLOCK);
		if (with_input)
			fcntl(input[1], F_SETFL, O_NONBLOCK);
		run->outputs[0] = (struct output){ .fd = output[0], .kind = 'o' };
		run->outputs[1] = (struct output){ .fd = errors[0], .kind = 'e' };
		run->input = input[1];
	}
	int others[] = { begun ? -1 : output[0], output[1], begun ? -1 : errors[0], errors[1], input[0], begun ? -1 : input[1] };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i] >= 0)
			close(others[i]);
	errno = problem;
	return begun;
}

static void forget_words(void)
{
	free(words);
	words = NULL;
	words_length = 0;
}

static void refuse(const char *id)
{
	char problem[200];
	struct run refused = { 0 };
	int length = snprintf(problem, sizeof problem, "corral: The guest cannot begin this command: %s\n", strerror(errno));

	strncpy(refused.id, id, ID_MAXIMUM);
	send_output(&refused, 'e', problem, length);
	say("e %s .\no %s .\nx %s 126\n", refused.id, refused.id, refused.id);
}

/* run <id> <+ or -> */
static void start(const char *id, bool with_input)
{
	struct run *run = calloc(1, sizeof *run);
	char **argv = words == NULL ? NULL : unquote(words);

	errno = words == NULL ? E2BIG : ENOMEM;
	if (run != NULL)
		strncpy(run->id, id, ID_MAXIMUM);
	if (run != NULL && argv != NULL && begin(run, argv, with_input)) {
		run->next = runs;
		runs = run;
	} else {
		refuse(id);
		free(run);
	}
	free(argv);
	forget_words();
}

static void add_words(const char *text)
{
	size_t length = strlen(text);
	char *longer = words_length + length > WORDS_MAXIMUM ? NULL : realloc(words, words_length + length + 1);

	if (longer == NULL) {
		/* None rather than half of them. */
		free(words);
		words = NULL;
		words_length = WORDS_MAXIMUM;
		return;
	}
	words = longer;
	memcpy(words + words_length, text, length + 1);
	words_length += length;
}

static void kill_run(const struct run *run)
{
	if (run->pid <= 0)
		return;
	/* It may not lead its group yet. */
	kill(-run->pid, SIGKILL);
	kill(run->pid, SIGKILL);
}

/* A server begins: what an earlier one has begun ends, and what that has left in the background prints into nothing. */
static void forget(void)
{
	for (struct run *run = runs; run != NULL; run = run->next) {
		kill_run(run);
		run->forgotten = true;
		for (int i = 0; i < 2; i++) {
			run->outputs[i].asks = false;
			run->outputs[i].dropped = true;
		}
		close_input(run);
		while (run->pieces != NULL)
			drop_piece(run);
	}
	forget_words();
}

/* data <id> <piece> <bytes>: of a piece that is not sealed yet. */
static void expect_data(const char *id, size_t bytes)
{
	struct run *run = find(id);
	struct piece **place = run == NULL ? NULL : &run->pieces;
	int held = 0;

	data_left = bytes;
	data_piece = NULL;
	if (run == NULL || run->pid == 0)
		return;
	while (*place != NULL && (*place)->number[0] != '\0') {
		place = &(*place)->next;
		held++;
	}
	if (*place == NULL && held < PIECES_HELD)
		*place = calloc(1, sizeof **place);
	data_piece = *place;
}

static void take_data(const char *bytes, size_t length)
{
	data_left -= length;
	if (data_piece == NULL || data_piece->length + length > PIECE)
		return;
	memcpy(data_piece->bytes + data_piece->length, bytes, length);
	data_piece->length += length;
}

/* feed <id> <piece or end> */
static void feed(const char *id, const char *number)
{
	struct run *run = find(id);

	if (run == NULL || run->pid == 0)
		return;
	if (strcmp(number, "end") == 0) {
		run->input_ends = true;
	} else {
		struct piece *piece = run->pieces;

		while (piece != NULL && piece->number[0] != '\0')
			piece = piece->next;
		if (piece != NULL)
			strncpy(piece->number, number, ID_MAXIMUM);
	}
	give_input(run);
}

/* more <id> <o or e>, enough <id> <o or e> */
static void answer(const char *id, char kind, bool wants_more)
{
	struct run *run = find(id);
	struct output *output = run == NULL ? NULL : &run->outputs[kind == 'e'];

	if (output == NULL || output->fd < 0 || !output->asks)
		return;
	output->asks = false;
	output->dropped = !wants_more;
}

static void take_line(char *text)
{
	char *rest = text, *frame = strsep(&rest, " "), *first, *second, *third;

	if (strcmp(frame, "words") == 0 && rest != NULL) {
		add_words(rest);
		say("k\n");
		return;
	}
	first = strsep(&rest, " ");
	second = strsep(&rest, " ");
	third = strsep(&rest, " ");
	if (first == NULL || first[0] == '\0')
		return;
	if (strcmp(frame, "hello") == 0) {
		forget();
		say("\ncorral %d %.*s\n", VERSION, ID_MAXIMUM, first);
		return;
	}
	if (strcmp(frame, "kill") == 0) {
		struct run *run = find(first);

		if (run != NULL)
			kill_run(run);
		say("k\n");
		return;
	}
	if (second == NULL)
		return;
	if (strcmp(frame, "data") == 0) {
		if (third == NULL)
			return;
		/* It is taken when its bytes are. */
		expect_data(first, strtoul(third, NULL, 10));
		if (data_left > 0)
			return;
	} else if (strcmp(frame, "run") == 0) {
		start(first, second[0] == '+');
	} else if (strcmp(frame, "feed") == 0) {
		feed(first, second);
	} else if (strcmp(frame, "more") == 0 || strcmp(frame, "enough") == 0) {
		answer(first, second[0], frame[0] == 'm');
	} else {
		return;
	}
	say("k\n");
}

static void take_bytes(const char *bytes, size_t length)
{
	static char text[LINE_MAXIMUM];
	static size_t held;

	while (length > 0) {
		if (data_left > 0) {
			size_t part = length < data_left ? length : data_left;

			take_data(bytes, part);
			bytes += part;
			length -= part;
			if (data_left == 0)
				say("k\n");
			continue;
		}
		length--;
		if (*bytes != '\n') {
			if (held < sizeof text - 1)
				text[held++] = *bytes;
		} else {
			text[held] = '\0';
			held = 0;
			take_line(text);
		}
		bytes++;
	}
}

static void read_line(void)
{
	char bytes[4096];
	ssize_t length = read(line, bytes, sizeof bytes);

	if (length > 0)
		take_bytes(bytes, length);
	else if (length == 0 || (errno != EAGAIN && errno != EINTR))
		exit(1);
}

/* All that a command has printed itself is sent, as far as it was asked for, before its end is. */
static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct run *run = runs;

		while (run != NULL && run->pid != pid)
			run = run->next;
		if (run == NULL)
			continue;
		for (int i = 0; i < 2; i++)
			if (run->outputs[i].fd >= 0 && !run->outputs[i].asks)
				pump(run, &run->outputs[i]);
		run->pid = 0;
		close_input(run);
		while (run->pieces != NULL)
			drop_piece(run);
		if (!run->forgotten)
			say("x %s %d\n", run->id, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
}

static void remove_ended(void)
{
	for (struct run **place = &runs; *place != NULL;) {
		struct run *run = *place;

		if (run->pid == 0 && run->outputs[0].fd < 0 && run->outputs[1].fd < 0) {
			*place = run->next;
			free(run);
		} else {
			place = &run->next;
		}
	}
}

static void wait_for_something(void)
{
	static struct pollfd *ends;
	static size_t room;
	size_t count = 1;
	sigset_t none;

	for (struct run *run = runs; run != NULL; run = run->next)
		count += 3;
	if (count > room) {
		struct pollfd *more = realloc(ends, count * sizeof *ends);

		if (more == NULL)
			exit(1);
		ends = more;
		room = count;
	}
	count = 0;
	ends[count++] = (struct pollfd){ line, POLLIN, 0 };
	for (struct run *run = runs; run != NULL; run = run->next) {
		for (int i = 0; i < 2; i++) {
			struct output *output = &run->outputs[i];
			/* poll passes over a descriptor of -1. */
			ends[count++] = (struct pollfd){ output->asks && output->hung ? -1 : output->fd, output->asks ? 0 : POLLIN, 0 };
		}
		ends[count++] = (struct pollfd){ has_input(run) ? run->input : -1, POLLOUT, 0 };
	}
	sigemptyset(&none);
	if (ppoll(ends, count, NULL, &none) < 0) {
		if (errno != EINTR)
			exit(1);
		return;
	}
	count = 1;
	/* Outputs before the line: what was printed before a ping came is sent before its answer. */
	for (struct run *run = runs; run != NULL; run = run->next) {
		for (int i = 0; i < 2; i++) {
			struct output *output = &run->outputs[i];

			if (ends[count++].revents == 0)
				continue;
			if (output->asks)
				hang_up(run, output);
			else
				pump(run, output);
		}
		if (ends[count++].revents != 0)
			give_input(run);
	}
	if (ends[0].revents != 0)
		read_line();
}

static void noticed(int number)
{
	(void)number;
}

static bool open_line(const char *name)
{
	char path[64];
	struct termios mode;

	snprintf(path, sizeof path, "/dev/%s", name);
	line = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (line < 0 || tcgetattr(line, &mode) < 0)
		return false;
	cfmakeraw(&mode);
	return tcsetattr(line, TCSANOW, &mode) == 0;
}

static void surround(void)
{
	struct sigaction action = { .sa_handler = noticed, .sa_flags = SA_NOCLDSTOP };
	sigset_t child;
	int adjust, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		dup2(nothing, fd);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TERM", "dumb", 1);
	umask(022);
	if (chdir("/root") < 0 && chdir("/") < 0)
		exit(1);
	setsid();
	setpriority(PRIO_PROCESS, 0, OWN_NICENESS);
	adjust = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (adjust >= 0) {
		/* A guest that runs out of memory can still be asked what takes it. */
		if (write(adjust, "-1000", 5) < 0)
			errno = 0;
		close(adjust);
	}
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	/* What commands leave in the background keeps its outputs open here, each of them a descriptor. */
	if (getrlimit(RLIMIT_NOFILE, &children_files) == 0) {
		struct rlimit most = { children_files.rlim_max, children_files.rlim_max };

		setrlimit(RLIMIT_NOFILE, &most);
	}
}

int main(int count, char **arguments)
{
	if (count != 2)
		return 1;
	surround();
	if (!open_line(arguments[1]))
		return 1;
	/* The empty line ends whatever was being written when this program last ended. */
	say("\ncorral %d -\n", VERSION);
	for (;;) {
		reap();
		remove_ended();
		wait_for_something();
	}
}
