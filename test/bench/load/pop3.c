// A POP3 client (RFC 1939): login, STAT, UIDL, RETR of everything, QUIT, with so many RETR on the line at a time. Checked: each +OK, the numbers and the count of
// the listing, the octets of each message against what its answer announces, and those of all against STAT.
#include "load.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GREETING, USER, PASS, STAT, UIDL, RETR, QUIT };
static const char *const COMMANDS[] = {"the connection", "USER", "PASS", "STAT", "UIDL", "RETR", "QUIT"};

// Where in a multi-line answer the next octet stands.
enum place { LINE_START, IN_LINE, DOT, DOT_CR };

struct mailbox {
  bool in_answer;
  enum place place;
  long lines;
  // Of the answer that comes, without its dots; -1: not announced.
  long long octets, announced;
  // As STAT says.
  long count;
  long long total;
  // RETR sent, and answered.
  long asked, had;
  long long octets_had;
  char *commands;
  size_t room;
};

static long connections(void) { return request.sessions; }

static void begin(struct connection *connection) {
  struct mailbox *mailbox = connection->state;
  if (mailbox == NULL) {
    mailbox = connection->state = calloc(1, sizeof *mailbox);
    mailbox->room = 64 + 20 * request.window;
    mailbox->commands = malloc(mailbox->room);
  }
  connection->step = GREETING;
  mailbox->in_answer = false;
}

static void ask(struct connection *connection, int step, const char *argument) {
  struct mailbox *mailbox = connection->state;
  connection->step = step;
  say(connection, mailbox->commands, snprintf(mailbox->commands, mailbox->room, *argument == '\0' ? "%s\r\n" : "%s %s\r\n", COMMANDS[step], argument));
}

static void log_in(struct connection *connection) {
  char name[256];
  const char *star = strchr(request.user, '*');
  if (star == NULL) snprintf(name, sizeof name, "%s", request.user);
  else snprintf(name, sizeof name, "%.*s%ld%s", (int)(star - request.user), request.user, connection->client, star + 1);
  ask(connection, USER, name);
}

static void expect_answer(struct mailbox *mailbox) {
  mailbox->in_answer = true;
  mailbox->place = LINE_START;
  mailbox->lines = 0;
  mailbox->octets = 0;
}

static void retrieve(struct connection *connection) {
  struct mailbox *mailbox = connection->state;
  size_t length = 0;
  long last = mailbox->asked + request.window;
  if (last > mailbox->count) last = mailbox->count;
  while (mailbox->asked < last) length += sprintf(mailbox->commands + length, "RETR %ld\r\n", ++mailbox->asked);
  connection->step = RETR;
  say(connection, mailbox->commands, length);
}

static void finish_reading(struct connection *connection) {
  struct mailbox *mailbox = connection->state;
  if (mailbox->octets_had != mailbox->total)
    fail("client %ld read %lld octets where STAT says %lld", connection->client, mailbox->octets_had, mailbox->total);
  ask(connection, QUIT, "");
}

static void take_status(struct connection *connection) {
  struct mailbox *mailbox = connection->state;
  const char *line = connection->line;
  if (strncmp(line, "+OK", 3) != 0) fail("%s of client %ld was answered %.200s", COMMANDS[connection->step], connection->client, line);
  switch (connection->step) {
    case GREETING: return log_in(connection);
    case USER: return ask(connection, PASS, request.password);
    case PASS: return ask(connection, STAT, "");
    case STAT:
      if (sscanf(line, "+OK %ld %lld", &mailbox->count, &mailbox->total) != 2) fail("STAT was answered %.200s", line);
      if (mailbox->count != request.expected) fail("the mailbox shows %ld messages of %ld", mailbox->count, request.expected);
      mailbox->asked = mailbox->had = mailbox->octets_had = 0;
      return ask(connection, UIDL, "");
    case UIDL: return expect_answer(mailbox);
    case RETR:
      mailbox->announced = isdigit((unsigned char)line[line[3] == '\0' ? 3 : 4]) ? atoll(line + 4) : -1;
      return expect_answer(mailbox);
    case QUIT: return finish(connection);
  }
}

static void take_end(struct connection *connection) {
  struct mailbox *mailbox = connection->state;
  mailbox->in_answer = false;
  if (connection->step == UIDL) {
    if (mailbox->lines != mailbox->count) fail("UIDL lists %ld messages of %ld", mailbox->lines, mailbox->count);
    if (mailbox->count == 0) finish_reading(connection);
    else retrieve(connection);
    return;
  }
  mailbox->had += 1;
  if (mailbox->announced >= 0 && mailbox->announced != mailbox->octets)
    fail("message %ld has %lld octets and was announced with %lld", mailbox->had, mailbox->octets, mailbox->announced);
  if (mailbox->octets == 0) fail("message %ld is empty", mailbox->had);
  mailbox->octets_had += mailbox->octets;
  seen->messages += 1;
  seen->octets += mailbox->octets;
  if (mailbox->had == mailbox->count) finish_reading(connection);
  else if (mailbox->had == mailbox->asked) retrieve(connection);
}

// Octets of a multi-line answer; answers where what follows it begins, or `end`.
static const char *take_answer(struct connection *connection, const char *at, const char *end) {
  struct mailbox *mailbox = connection->state;
  while (at < end) {
    switch (mailbox->place) {
      case IN_LINE: {
        const char *stop = memchr(at, '\n', end - at);
        const char *next = stop == NULL ? end : stop + 1;
        mailbox->octets += next - at;
        at = next;
        if (stop != NULL) {
          mailbox->lines += 1;
          mailbox->place = LINE_START;
        }
        break;
      }
      case LINE_START:
        mailbox->place = *at == '.' ? DOT : IN_LINE;
        at += *at == '.';
        break;
      case DOT:
        mailbox->place = *at == '\r' ? DOT_CR : IN_LINE;
        at += *at == '\r';
        break;
      case DOT_CR:
        if (*at == '\n') {
          take_end(connection);
          return at + 1;
        }
        mailbox->octets += 1;
        mailbox->place = IN_LINE;
        break;
    }
  }
  return end;
}

static void take(struct connection *connection, const char *at, size_t count) {
  struct mailbox *mailbox = connection->state;
  const char *end = at + count;
  while (at < end) {
    if (mailbox->in_answer) at = take_answer(connection, at, end);
    else {
      at = takeLine(connection, at, end);
      if (at == NULL) return;
      take_status(connection);
      // A connection that is over may have begun again, which nothing of this belongs to.
      if (connection->step == GREETING || connection->fd < 0) return;
    }
  }
}

const struct protocol pop3 = {connections, begin, take};
