/* The bare loop over libmodbus: the least that a program in C can do for the same registers.
 *
 * libmodbus_loop (DEVICE | HOST:PORT) [UNITS [SCANS]]
 *
 * It asks units 1...UNITS for 12 input registers each, SCANS times, and keeps no silence. One line of JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { REGISTERS = 12, BAUD = 9600 };

static double microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double processor_microseconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, by_size);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static void give_up(const char *what) {
    fprintf(stderr, "libmodbus_loop: %s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

static modbus_t *open_line(char *place) {
    char *colon = strrchr(place, ':');
    modbus_t *line;
    if (colon == NULL) {
        line = modbus_new_rtu(place, BAUD, 'N', 8, 1);
    } else {
        *colon = 0;
        line = modbus_new_tcp(place, atoi(colon + 1));
    }
    if (line == NULL || modbus_connect(line) != 0) give_up(place);
    return line;
}

int main(int count, char **words) {
    int units = count > 2 ? atoi(words[2]) : 20, scans = count > 3 ? atoi(words[3]) : 10;
    if (count < 2 || units < 1 || units > 247 || scans < 1) {
        fputs("usage: libmodbus_loop (DEVICE | HOST:PORT) [UNITS [SCANS]]\n", stderr);
        return 2;
    }
    modbus_t *line = open_line(words[1]);
    double *of_scans = calloc(scans, sizeof *of_scans);
    double *of_exchanges = calloc((size_t)scans * units, sizeof *of_exchanges);
    if (of_scans == NULL || of_exchanges == NULL) give_up("no memory");
    double processor = processor_microseconds();
    for (int scan = 0; scan < scans; scan++) {
        double began = microseconds();
        for (int unit = 1; unit <= units; unit++) {
            uint16_t registers[REGISTERS];
            double asked = microseconds();
            modbus_set_slave(line, unit);
            if (modbus_read_input_registers(line, 0, REGISTERS, registers) != REGISTERS) give_up("no answer");
            of_exchanges[(size_t)scan * units + unit - 1] = microseconds() - asked;
            if ((uint16_t)(registers[0] + REGISTERS - 1) != registers[REGISTERS - 1]) give_up("a wrong answer");
        }
        of_scans[scan] = microseconds() - began;
    }
    processor = processor_microseconds() - processor;
    size_t exchanges = (size_t)scans * units;
    double scan_ms = median(of_scans, scans) / 1e3;
    printf("{\"exchanges\": %zu, \"scan_ms\": %.3f, \"exchange_ms\": %.4f, ", exchanges, scan_ms, scan_ms / units);
    printf("\"p50_us\": %.1f, \"cpu_us\": %.2f}\n", median(of_exchanges, exchanges), processor / exchanges);
    modbus_close(line);
    modbus_free(line);
    return 0;
}
