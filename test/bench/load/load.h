// What the parts of the load generator share: what is asked for, what was seen, and a connection with its output.
#ifndef LOAD_H
#define LOAD_H
#include <stddef.h>

struct request {
  int port;
  // Connections at a time, of one process.
  long clients;
  // Number of the first of them: users have their numbers in their names.
  long first;
  // POP3: `*` in it is the number of the client.
  const char *user;
  const char *password;
  // POP3: how often each client reads its mailbox; how many RETR it sends before it waits; how many messages a mailbox has to show.
  long sessions;
  long window;
  long expected;
  // SMTP: messages of this process; octets of a body; envelope.
  long messages;
  long octets;
  const char *from;
  const char *to;
};

// Written by one process, read by its parent.
struct seen {
  long messages;
  long long octets;
};

struct connection {
  int fd;
  long client;
  long session;
  int step;
  // A line of an answer that has not ended yet.
  char line[512];
  size_t length;
  // What is on its way out. It belongs to the protocol and stays as it is until all of it was written.
  const char *output;
  size_t left;
  // What the protocol knows of it.
  void *state;
};

struct protocol {
  // How many connections a client makes, one after the other.
  long (*connections)(void);
  // A new connection; the server speaks first.
  void (*begin)(struct connection *);
  // Octets came.
  void (*take)(struct connection *, const char *octets, size_t count);
};

extern const struct protocol pop3, smtp;
extern struct request request;
extern struct seen *seen;

// Says why on stderr and ends this process: what is measured is right or it is nothing.
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void say(struct connection *, const char *octets, size_t count);
// The dialogue of this connection is over.
void finish(struct connection *);
// Adds octets up to the end of a line. The rest begins where it answers; NULL where no line has ended. The line is NUL-terminated, without its CRLF.
const char *takeLine(struct connection *, const char *octets, const char *end);

#endif
