// An SMTP client (RFC 5321) as mail programs speak it: a command, its answer, and the next message on the same connection. Messages are those of Postfix's
// smtp-source: a header with a Message-Id of its own, and a body of so many octets that is the same for all.
#include "load.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GREETING, EHLO, MAIL, RCPT, DATA, DOT, QUIT };
enum { LINE = 78, DIGITS = 10 };

struct command {
  const char *name;
  char text[512];
  int length;
  // Of its answer.
  int code;
};

static struct command commands[] = {
    [GREETING] = {.name = "the connection", .code = 220}, [EHLO] = {.name = "EHLO", .code = 250}, [MAIL] = {.name = "MAIL", .code = 250},
    [RCPT] = {.name = "RCPT", .code = 250},               [DATA] = {.name = "DATA", .code = 354}, [DOT] = {.name = "a message", .code = 250},
    [QUIT] = {.name = "QUIT", .code = 221},
};
// Messages that no client has taken yet.
static long waiting = -1;

struct letter {
  char *octets;
  size_t length;
  // Where the number of the message stands, and the last one.
  char *digits;
  long number;
};

static long connections(void) { return 1; }

static void prepare(void) {
  waiting = request.messages;
  struct command *all = commands;
  all[EHLO].length = sprintf(all[EHLO].text, "EHLO bench.example\r\n");
  all[MAIL].length = snprintf(all[MAIL].text, sizeof all[MAIL].text, "MAIL FROM:<%s>\r\n", request.from);
  all[RCPT].length = snprintf(all[RCPT].text, sizeof all[RCPT].text, "RCPT TO:<%s>\r\n", request.to);
  all[DATA].length = sprintf(all[DATA].text, "DATA\r\n");
  all[QUIT].length = sprintf(all[QUIT].text, "QUIT\r\n");
}

static struct letter *letter_of(long client) {
  struct letter *letter = malloc(sizeof *letter);
  letter->octets = malloc(2048 + request.octets + 2 * (request.octets / LINE + 2));
  char *end = letter->octets;
  end += snprintf(end, 1500, "From: <%s>\r\nTo: <%s>\r\nDate: Fri, 20 Nov 2026 12:00:00 +0100\r\nMessage-Id: <%lx.%lx.", request.from, request.to,
                  (long)getpid(), client);
  letter->digits = end;
  letter->number = 0;
  end += sprintf(end + DIGITS, "@bench.example>\r\n\r\n") + DIGITS;
  for (long left = request.octets; left > 0; left -= LINE + 2) {
    long some = left > LINE + 2 ? LINE : left > 2 ? left - 2 : 0;
    memset(end, 'X', some);
    memcpy(end + some, "\r\n", 2);
    end += some + 2;
  }
  memcpy(end, ".\r\n", 3);
  letter->length = end + 3 - letter->octets;
  return letter;
}

static void begin(struct connection *connection) {
  if (waiting < 0) prepare();
  connection->step = GREETING;
  connection->state = letter_of(connection->client);
}

static void send_command(struct connection *connection, int step) {
  connection->step = step;
  if (step == DOT) {
    struct letter *letter = connection->state;
    letter->number += 1;
    for (long each = DIGITS, rest = letter->number; each > 0; rest /= 10) letter->digits[--each] = '0' + rest % 10;
    say(connection, letter->octets, letter->length);
  } else say(connection, commands[step].text, commands[step].length);
}

static void take_reply(struct connection *connection) {
  struct command *asked = &commands[connection->step];
  if (atoi(connection->line) != asked->code) fail("%s was answered %.200s", asked->name, connection->line);
  // More lines of this answer come.
  if (connection->line[3] == '-') return;
  int next = connection->step + 1;
  if (connection->step == QUIT) return finish(connection);
  if (connection->step == DOT) {
    seen->messages += 1;
    seen->octets += request.octets;
  }
  if (connection->step == EHLO || connection->step == DOT) {
    next = waiting > 0 ? MAIL : QUIT;
    if (waiting > 0) waiting -= 1;
  }
  send_command(connection, next);
}

static void take(struct connection *connection, const char *at, size_t count) {
  const char *end = at + count;
  while (at != NULL && at < end && connection->fd >= 0) {
    at = takeLine(connection, at, end);
    if (at != NULL) take_reply(connection);
  }
}

const struct protocol smtp = {connections, begin, take};
