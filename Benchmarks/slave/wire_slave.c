/* A Modbus slave that keeps the time of a wire, and counts who breaks the wire's silences.
 *
 * RTU over a pseudo-terminal:   wire_slave [--baud 9600] [--piece N] [--link PATH] [COMMON]
 * Modbus TCP on loopback:       wire_slave --tcp PORT [COMMON]      (port 0: a free one)
 * Common to both:               [--units N] [--dead U] [--priority P]
 *
 * The first line on stdout is the device's path, or HOST:PORT. SIGTERM ends it with one line of JSON.
 *
 * A pseudo-terminal carries any number of bytes in no time. With --baud the slave puts the time back that a wire with
 * 8N1 takes: a request fills 8 characters from its first byte on, or from when the line was free again; after 3.5
 * characters of silence the reply begins, and its last byte can be read when the wire would have brought it. The reply
 * is handed over whole at that moment, or with --piece in pieces of N characters, each at its own moment.
 *
 * A silence counts as broken when a request's first byte comes less than 3.5 characters after the last frame ended. The
 * silence is taken at the slave's end: from before the last byte was written to when the first one could be read. The
 * kernel needs about 100 us to carry bytes there and back, which makes it longer, never shorter; so a client that keeps
 * it is never blamed. Another 50 us are let off. Where that matters the slave does not sleep but looks again and again.
 * While the kernel gives its processor to others it sees nothing, and lets broken silences pass; a real-time priority
 * from 1 to 99 prevents that, where it is allowed. With it the client needs a processor of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
    BITS_PER_CHARACTER = 10,
    REQUEST_BYTES = 8,
    HEADER_BYTES = 6,
    MOST_REGISTERS = 125,
    MOST_FRAME = 264,
    MOST_CONNECTIONS = 16,
    TOLERANCE_US = 50,
    /* A reply that is later than this was late. */
    LATE_US = 200,
    /* How long before a moment sleeping ends and looking begins. */
    SPIN_NS = 300 * 1000,
    /* How long after the end of a silence the first byte is still looked for without sleeping. */
    LOOK_NS = 2 * 1000 * 1000,
    /* A request of which no more comes for so long is thrown away. */
    FRAGMENT_MS = 100,
    /* How often the end is looked for where nothing happens. */
    IDLE_MS = 200,
};

/* Registers of a pulse counter, for programs that expect one: rates and counts of eight inputs, and a serial number. */
enum {
    RATES_FIRST = 40,
    RATES_LAST = 55,
    COUNTS_FIRST = 60,
    COUNTS_LAST = 75,
    SERIAL_FIRST = 270,
    SERIAL_LAST = 271,
    SECONDS_PER_COUNT = 20,
};

static struct {
    int units, dead, piece, priority, tcp_port;
    long baud;
    const char *link;
} options = {.units = 20, .tcp_port = -1};

static struct {
    long requests, replies, kept, broken, late;
    int64_t shortest_silence, max_lateness;
} counts = {.shortest_silence = INT64_MAX};

static volatile sig_atomic_t is_ending;
static int64_t started;

static void end(int number) {
    (void)number;
    is_ending = 1;
}

static void give_up(const char *what) {
    fprintf(stderr, "wire_slave: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void sleep_until(int64_t moment) {
    int64_t early = moment - SPIN_NS;
    if (early > now()) {
        struct timespec time = {.tv_sec = early / 1000000000, .tv_nsec = early % 1000000000};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR && !is_ending) {
        }
    }
    while (now() < moment) {
    }
}

static uint16_t register_at(int unit, int address) {
    if (address >= COUNTS_FIRST && address <= COUNTS_LAST) {
        int channel = (address - COUNTS_FIRST) / 2;
        int64_t seconds = (now() - started) / 1000000000;
        uint32_t count = 100000u * (channel + 1) + 1000u * unit + (uint32_t)(seconds / SECONDS_PER_COUNT);
        return (address - COUNTS_FIRST) % 2 == 0 ? count >> 16 : count & 0xFFFF;
    }
    /* Pulses a second, with 16 bits behind the point. */
    if (address >= RATES_FIRST && address <= RATES_LAST) return address % 2 == 0 ? 0 : 65536 / SECONDS_PER_COUNT;
    if (address == SERIAL_FIRST) return 0x00AB;
    if (address == SERIAL_LAST) return unit;
    /* Each reply begins one higher than the last, so that no client can mistake an old one for the new one. */
    return (counts.replies + address) & 0xFFFF;
}

/* Puts unit, function and whatever follows into `reply`; returns its length, 0 where nobody answers. */
static size_t answer(const uint8_t *request, uint8_t *reply) {
    int unit = request[0], function = request[1];
    int address = request[2] << 8 | request[3], count = request[4] << 8 | request[5];
    counts.requests += 1;
    if (unit < 1 || unit > options.units || unit == options.dead) return 0;
    reply[0] = unit;
    bool is_known = function == 3 || function == 4;
    if (!is_known || count < 1 || count > MOST_REGISTERS || address + count > 65536) {
        reply[1] = function | 0x80;
        reply[2] = is_known ? 3 : 1;
        counts.replies += 1;
        return 3;
    }
    reply[1] = function;
    reply[2] = count * 2;
    for (int i = 0; i < count; i++) {
        uint16_t word = register_at(unit, address + i);
        reply[3 + 2 * i] = word >> 8;
        reply[4 + 2 * i] = word & 0xFF;
    }
    counts.replies += 1;
    return 3 + 2 * count;
}

static uint16_t checksum(const uint8_t *bytes, size_t count) {
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

static bool is_readable(int descriptor, int milliseconds) {
    struct pollfd question = {.fd = descriptor, .events = POLLIN};
    return poll(&question, 1, milliseconds) > 0;
}

/* Writes the bytes so that they are there at `due`, and returns the moment before which none of them was.
 *
 * Were it the moment after, a pause that the kernel makes in between would shorten the silence that the client kept.
 */
static int64_t deliver(int line, const uint8_t *bytes, size_t count, int64_t due) {
    sleep_until(due);
    int64_t began = now();
    for (size_t done = 0; done < count;) {
        ssize_t written = write(line, bytes + done, count - done);
        if (written < 0 && errno != EINTR) give_up("could not write to the pseudo-terminal");
        if (written > 0) done += written;
    }
    int64_t lateness = now() - due;
    if (lateness > counts.max_lateness) counts.max_lateness = lateness;
    if (lateness > LATE_US * 1000) counts.late += 1;
    return began;
}

static void count_silence(int64_t silence, int64_t least) {
    if (silence < counts.shortest_silence) counts.shortest_silence = silence;
    if (silence < least - TOLERANCE_US * 1000) {
        counts.broken += 1;
    } else {
        counts.kept += 1;
    }
}

/* Waits until a byte can be read, and returns when; close to `threshold` without sleeping. */
static int64_t await_byte(int line, int64_t threshold) {
    while (!is_ending) {
        int64_t left = threshold - SPIN_NS - now();
        if (left > 0) {
            struct timespec most = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
            struct pollfd question = {.fd = line, .events = POLLIN};
            if (ppoll(&question, 1, &most, NULL) > 0) return now();
        } else if (left > -(SPIN_NS + LOOK_NS)) {
            if (is_readable(line, 0)) return now();
            /* The kernel's own worker may need this processor to bring the byte. */
            sched_yield();
        } else if (is_readable(line, IDLE_MS)) {
            return now();
        }
    }
    return 0;
}

/* Reads one request; returns whether it came whole. */
static bool read_request(int line, uint8_t *request) {
    size_t count = 0;
    while (count < REQUEST_BYTES && is_readable(line, FRAGMENT_MS)) {
        ssize_t got = read(line, request + count, REQUEST_BYTES - count);
        if (got <= 0) return false;
        count += got;
    }
    return count == REQUEST_BYTES && checksum(request, REQUEST_BYTES) == 0;
}

static void serve_line(int line) {
    const int64_t character = options.baud > 0 ? BITS_PER_CHARACTER * 1000000000LL / options.baud : 0;
    const int64_t silence = character * 7 / 2;
    int64_t free_at = 0;
    while (!is_ending) {
        int64_t first = await_byte(line, free_at + silence);
        uint8_t request[REQUEST_BYTES], reply[MOST_FRAME];
        if (is_ending) return;
        if (!read_request(line, request)) {
            tcflush(line, TCIFLUSH);
            continue;
        }
        if (free_at > 0 && character > 0) count_silence(first - free_at, silence);
        int64_t asked = (first > free_at ? first : free_at) + REQUEST_BYTES * character;
        size_t length = answer(request, reply);
        free_at = asked;
        if (length == 0) continue;
        uint16_t crc = checksum(reply, length);
        reply[length++] = crc & 0xFF;
        reply[length++] = crc >> 8;
        size_t piece = options.piece > 0 ? (size_t)options.piece : length;
        for (size_t done = 0; done < length;) {
            size_t next = done + piece < length ? done + piece : length;
            free_at = deliver(line, reply + done, next - done, asked + silence + (int64_t)next * character);
            done = next;
        }
    }
}

static int open_line(void) {
    int line, other;
    struct termios raw;
    char name[128];
    cfmakeraw(memset(&raw, 0, sizeof raw));
    raw.c_cflag |= CREAD | CLOCAL;
    if (openpty(&line, &other, NULL, &raw, NULL) != 0) give_up("no pseudo-terminal");
    /* `other` stays open: otherwise the line would hang up with each client that closes it. */
    if (ttyname_r(other, name, sizeof name) != 0) give_up("no name");
    if (options.link != NULL) {
        unlink(options.link);
        if (symlink(name, options.link) != 0) give_up(options.link);
    }
    puts(options.link != NULL ? options.link : name);
    return line;
}

struct connection {
    size_t count;
    uint8_t bytes[4 * MOST_FRAME];
};

/* Answers every whole frame that has come; returns false when the connection is no use any more. */
static bool serve_frames(int socket, struct connection *connection) {
    ssize_t got = read(socket, connection->bytes + connection->count, sizeof connection->bytes - connection->count);
    if (got <= 0) return got < 0 && errno == EINTR;
    connection->count += got;
    uint8_t *frame = connection->bytes;
    size_t left = connection->count;
    while (left >= HEADER_BYTES) {
        size_t length = frame[4] << 8 | frame[5];
        if (frame[2] != 0 || frame[3] != 0 || length != HEADER_BYTES) return false;
        if (left < HEADER_BYTES + length) break;
        uint8_t reply[MOST_FRAME];
        size_t body = answer(frame + HEADER_BYTES, reply + HEADER_BYTES);
        if (body > 0) {
            memcpy(reply, frame, 4);
            reply[4] = body >> 8;
            reply[5] = body & 0xFF;
            if (write(socket, reply, HEADER_BYTES + body) != (ssize_t)(HEADER_BYTES + body)) return false;
        }
        frame += HEADER_BYTES + length;
        left -= HEADER_BYTES + length;
    }
    memmove(connection->bytes, frame, left);
    connection->count = left;
    return true;
}

static int open_port(void) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(options.tcp_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0)
        give_up("no port");
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("127.0.0.1:%d\n", ntohs(address.sin_port));
    return listener;
}

static void serve_port(int listener) {
    struct pollfd questions[1 + MOST_CONNECTIONS] = {{.fd = listener, .events = POLLIN}};
    static struct connection connections[1 + MOST_CONNECTIONS];
    nfds_t count = 1;
    while (!is_ending) {
        if (poll(questions, count, IDLE_MS) <= 0) continue;
        for (nfds_t i = count - 1; i > 0; i--) {
            if (questions[i].revents == 0 || serve_frames(questions[i].fd, &connections[i])) continue;
            close(questions[i].fd);
            count -= 1;
            questions[i] = questions[count];
            connections[i] = connections[count];
        }
        if (questions[0].revents == 0) continue;
        int yes = 1, socket = accept(listener, NULL, NULL);
        if (socket < 0) continue;
        if (count > MOST_CONNECTIONS) {
            close(socket);
            continue;
        }
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        questions[count] = (struct pollfd){.fd = socket, .events = POLLIN};
        connections[count].count = 0;
        count += 1;
    }
}

static void read_options(int count, char **words) {
    for (int i = 1; i < count; i += 2) {
        const char *name = words[i], *value = i + 1 < count ? words[i + 1] : NULL;
        if (value == NULL) {
        } else if (strcmp(name, "--units") == 0 && atoi(value) >= 1 && atoi(value) <= 247) {
            options.units = atoi(value);
            continue;
        } else if (strcmp(name, "--dead") == 0) {
            options.dead = atoi(value);
            continue;
        } else if (strcmp(name, "--baud") == 0 && atol(value) > 0) {
            options.baud = atol(value);
            continue;
        } else if (strcmp(name, "--piece") == 0 && atoi(value) >= 0) {
            options.piece = atoi(value);
            continue;
        } else if (strcmp(name, "--priority") == 0 && atoi(value) >= 1 && atoi(value) <= 99) {
            options.priority = atoi(value);
            continue;
        } else if (strcmp(name, "--link") == 0) {
            options.link = value;
            continue;
        } else if (strcmp(name, "--tcp") == 0) {
            options.tcp_port = atoi(value);
            continue;
        }
        fprintf(stderr, "wire_slave: %s is no option, or its value is wrong or missing\n", name);
        exit(2);
    }
    if (options.tcp_port >= 0 && options.baud > 0) {
        fputs("wire_slave: a network has no wire time: --tcp or --baud\n", stderr);
        exit(2);
    }
}

static void report(void) {
    printf("{\"requests\": %ld, \"replies\": %ld, \"silences_kept\": %ld, \"silences_broken\": %ld, ", counts.requests,
           counts.replies, counts.kept, counts.broken);
    if (counts.shortest_silence == INT64_MAX) {
        printf("\"shortest_silence_us\": null, ");
    } else {
        printf("\"shortest_silence_us\": %.1f, ", counts.shortest_silence / 1000.0);
    }
    printf("\"tolerance_us\": %d, \"late_replies\": %ld, \"max_lateness_us\": %.1f}\n", TOLERANCE_US, counts.late,
           counts.max_lateness / 1000.0);
}

int main(int count, char **words) {
    read_options(count, words);
    struct sigaction ending = {.sa_handler = end};
    sigaction(SIGTERM, &ending, NULL);
    sigaction(SIGINT, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    /* The kernel may otherwise be 50 us late with every wake-up, to save power. */
    prctl(PR_SET_TIMERSLACK, 1);
    struct sched_param priority = {.sched_priority = options.priority};
    if (options.priority > 0 && sched_setscheduler(0, SCHED_FIFO, &priority) != 0)
        fprintf(stderr, "wire_slave: no priority: %s\n", strerror(errno));
    setvbuf(stdout, NULL, _IOLBF, 0);
    started = now();
    if (options.tcp_port >= 0) {
        serve_port(open_port());
    } else {
        serve_line(open_line());
    }
    if (options.link != NULL) unlink(options.link);
    report();
    return 0;
}
