// One plain SQLite table of the same key, under the same pragmas, doing by SQL what the store is measured at.
//
//   plain_sqlite load DB READINGS.csv     fills the table, keys and instants as numbers
//   plain_sqlite stream DB METERS COMMITS readings alone, a commit an hour
//   plain_sqlite queries DB FROM TO       UTC seconds of a month's first midnights in Japan
//
// Prints one JSON object of seconds, each query the median of five.
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *database;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void check(int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "plain_sqlite: %s: %s\n", what, sqlite3_errmsg(database));
    exit(2);
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), sql); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), sql);
    return statement;
}

static void open_database(const char *path) {
    check(sqlite3_open(path, &database), "open");
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -256;"
        "CREATE TABLE IF NOT EXISTS reading (point INTEGER NOT NULL, at INTEGER NOT NULL, litres INTEGER NOT NULL,"
        " PRIMARY KEY (point, at)) WITHOUT ROWID;");
}

static void insert(sqlite3_stmt *statement, int64_t point, int64_t at, int64_t litres) {
    sqlite3_bind_int64(statement, 1, point);
    sqlite3_bind_int64(statement, 2, at);
    sqlite3_bind_int64(statement, 3, litres);
    check(sqlite3_step(statement), "insert");
    sqlite3_reset(statement);
}

static void load(const char *file) {
    FILE *input = fopen(file, "r");
    if (!input) { perror(file); exit(2); }
    char *line = NULL;
    size_t size = 0;
    int64_t count = 0;
    sqlite3_stmt *statement = prepare("INSERT INTO reading VALUES (?, ?, ?)");
    run("BEGIN");
    if (getline(&line, &size, input) < 0) exit(2);
    while (getline(&line, &size, input) > 0) {
        struct tm time = {0};
        int point;
        long long litres;
        if (sscanf(line, "S-%d,%d-%d-%dT%d:%d:%d+09:00,%lld", &point, &time.tm_year, &time.tm_mon, &time.tm_mday,
                   &time.tm_hour, &time.tm_min, &time.tm_sec, &litres) != 8) {
            fprintf(stderr, "plain_sqlite: not understood: %s", line);
            exit(2);
        }
        time.tm_year -= 1900;
        time.tm_mon -= 1;
        insert(statement, point, timegm(&time) - 9 * 3600, litres);
        count++;
    }
    run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);");
    sqlite3_finalize(statement);
    printf("{\"readings\": %lld}\n", (long long)count);
}

static void stream(int meters, int commits) {
    sqlite3_stmt *statement = prepare("INSERT INTO reading VALUES (?, ?, ?)");
    int64_t start = 1780000000 / 3600 * 3600;
    double begun = now();
    for (int commit = 0; commit < commits; commit++) {
        run("BEGIN");
        for (int number = 0; number < meters; number++)
            insert(statement, number + 1, start + commit * 3600LL + 1,
                   100000 + number * 7 + (int64_t)commit * (1 + number % 13));
        run("COMMIT");
    }
    double seconds = now() - begun;
    sqlite3_finalize(statement);
    printf("{\"seconds\": %.6f, \"readings\": %lld}\n", seconds, (long long)meters * commits);
}

static int64_t rows;

static void ask(const char *sql, int64_t a, int64_t b, int64_t point) {
    sqlite3_stmt *statement = prepare(sql);
    sqlite3_bind_int64(statement, 1, a);
    sqlite3_bind_int64(statement, 2, b);
    sqlite3_bind_int64(statement, 3, point);
    volatile int64_t sum = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(statement); column++)
            sum += sqlite3_column_int64(statement, column);
        rows++;
    }
    sqlite3_finalize(statement);
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void median(const char *name, const char *sql, int64_t a, int64_t b, int points, const char *end) {
    double times[5];
    for (int run = 0; run < 5; run++) {
        rows = 0;
        double begun = now();
        if (points == 0) ask(sql, a, b, 0);
        for (int point = 1; point <= points; point++) ask(sql, a, b, point);
        times[run] = now() - begun;
    }
    qsort(times, 5, sizeof *times, by_size);
    printf("\"%s\": %.6f, \"%s_rows\": %lld%s", name, times[2], name, (long long)rows, end);
}

static void queries(int64_t from, int64_t to) {
    printf("{");
    median("last_readings",
           "WITH RECURSIVE each(point) AS (SELECT min(point) FROM reading UNION ALL"
           " SELECT (SELECT min(point) FROM reading WHERE point > each.point) FROM each WHERE each.point IS NOT NULL)"
           " SELECT r.point, r.at, r.litres FROM each JOIN reading r ON r.point = each.point"
           " AND r.at = (SELECT max(at) FROM reading WHERE point = each.point)",
           0, 0, 0, ", ");
    median("meter_month", "SELECT at, litres FROM reading WHERE point = ?3 AND at BETWEEN ?1 AND ?2 ORDER BY at", from, to,
           200, ", ");
    median("period_totals",
           "SELECT point, max(litres) - min(litres) FROM reading WHERE at BETWEEN ?1 AND ?2 GROUP BY point", from, to, 0,
           ", ");
    median("daily_usage",
           "SELECT point, day, sum(used) FROM (SELECT point, (at - 1 + 32400) / 86400 AS day,"
           " litres - lag(litres) OVER (PARTITION BY point ORDER BY at) AS used FROM reading"
           " WHERE at BETWEEN ?1 AND ?2) WHERE used IS NOT NULL GROUP BY point, day",
           from, to, 0, ", ");
    median("night_minimum",
           "SELECT point, day, min(used) FROM (SELECT point, (at - 1 + 32400) / 86400 AS day,"
           " (at - 1 + 32400) % 86400 / 3600 AS hour,"
           " litres - lag(litres) OVER (PARTITION BY point ORDER BY at) AS used FROM reading"
           " WHERE at BETWEEN ?1 AND ?2) WHERE hour BETWEEN 1 AND 4 GROUP BY point, day",
           from, to, 0, "");
    printf("}\n");
}

int main(int count, char **words) {
    if (count < 3) return 64;
    open_database(words[2]);
    if (!strcmp(words[1], "load") && count == 4) load(words[3]);
    else if (!strcmp(words[1], "stream") && count == 5) stream(atoi(words[3]), atoi(words[4]));
    else if (!strcmp(words[1], "queries") && count == 5) queries(atoll(words[3]), atoll(words[4]));
    else return 64;
    sqlite3_close(database);
    return 0;
}
