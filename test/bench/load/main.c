// A load generator that costs little: so many clients of a mail server in few processes, each with one epoll loop. Every answer is checked. Prints one line of
// JSON: what was done, the milliseconds that it took, and those of its processor time. `load pop3 port=110 clients=16 ...`: the names are those of `request`.
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, INPUT = 1 << 18, PATIENCE_MS = 60000, MOST_PROCESSES = 64 };

struct request request = {.clients = 1, .sessions = 1, .window = 1, .messages = 1};
struct seen *seen;
static const struct protocol *protocol;
static char input[INPUT];
static int events = -1;
static long open_connections;

void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
  _exit(1);
}

static void watch(struct connection *connection, int operation, unsigned wanted) {
  struct epoll_event event = {.events = wanted, .data.ptr = connection};
  if (epoll_ctl(events, operation, connection->fd, &event) < 0) fail("epoll_ctl: %s", strerror(errno));
}

static void begin(struct connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(request.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection->fd < 0) fail("socket: %s", strerror(errno));
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
    fail("connect to port %d: %s", request.port, strerror(errno));
  connection->length = connection->left = 0;
  protocol->begin(connection);
  watch(connection, EPOLL_CTL_ADD, EPOLLIN);
  open_connections += 1;
}

void finish(struct connection *connection) {
  // Closing takes it out of the epoll set.
  close(connection->fd);
  connection->fd = -1;
  open_connections -= 1;
  connection->session += 1;
  if (connection->session < protocol->connections()) begin(connection);
}

static void flush(struct connection *connection) {
  ssize_t sent = send(connection->fd, connection->output, connection->left, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) fail("send: %s", strerror(errno));
  if (sent > 0) {
    connection->output += sent;
    connection->left -= sent;
  }
}

void say(struct connection *connection, const char *octets, size_t count) {
  if (connection->left > 0) fail("the server answered before it had the whole command");
  connection->output = octets;
  connection->left = count;
  flush(connection);
  if (connection->left > 0) watch(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

const char *takeLine(struct connection *connection, const char *octets, const char *end) {
  const char *stop = memchr(octets, '\n', end - octets);
  size_t count = (stop == NULL ? end : stop) - octets;
  if (connection->length + count >= sizeof connection->line) fail("the server sent a line of more than 510 octets");
  memcpy(connection->line + connection->length, octets, count);
  connection->length += count;
  if (stop == NULL) return NULL;
  if (connection->length > 0 && connection->line[connection->length - 1] == '\r') connection->length -= 1;
  connection->line[connection->length] = '\0';
  connection->length = 0;
  return stop + 1;
}

static void serve(struct connection *connection, unsigned happened) {
  if (happened & EPOLLOUT) {
    flush(connection);
    if (connection->left == 0) watch(connection, EPOLL_CTL_MOD, EPOLLIN);
  }
  if ((happened & ~EPOLLOUT) == 0) return;
  ssize_t count = recv(connection->fd, input, sizeof input, 0);
  if (count > 0) protocol->take(connection, input, count);
  else if (count == 0) fail("the server closed the connection of client %ld at step %d", connection->client, connection->step);
  else if (errno != EAGAIN) fail("recv: %s", strerror(errno));
}

// All clients of this process, to their end.
static void run(void) {
  struct connection *clients = calloc(request.clients, sizeof *clients);
  struct epoll_event happened[EVENTS];
  events = epoll_create1(EPOLL_CLOEXEC);
  for (long client = 0; client < request.clients; client += 1) {
    clients[client].client = request.first + client;
    begin(&clients[client]);
  }
  while (open_connections > 0) {
    int count = epoll_wait(events, happened, EVENTS, PATIENCE_MS);
    if (count == 0) fail("the server said nothing for %d s", PATIENCE_MS / 1000);
    for (int each = 0; each < count; each += 1) serve(happened[each].data.ptr, happened[each].events);
  }
}

static void read_request(const char *word) {
  const struct { const char *name; const char **text; long *number; } fields[] = {
      {"clients=", NULL, &request.clients},   {"user=", &request.user, NULL},       {"password=", &request.password, NULL},
      {"sessions=", NULL, &request.sessions}, {"window=", NULL, &request.window},   {"expected=", NULL, &request.expected},
      {"messages=", NULL, &request.messages}, {"octets=", NULL, &request.octets},   {"from=", &request.from, NULL},
      {"to=", &request.to, NULL},
  };
  for (size_t each = 0; each < sizeof fields / sizeof *fields; each += 1) {
    size_t length = strlen(fields[each].name);
    if (strncmp(word, fields[each].name, length) != 0) continue;
    if (fields[each].text != NULL) *fields[each].text = word + length;
    else *fields[each].number = atol(word + length);
    return;
  }
  fail("%s is not known", word);
}

// The part of `whole` that falls on one of `parts`.
static long part_of(long whole, long part, long parts) { return whole * (part + 1) / parts - whole * part / parts; }

static double milliseconds_of(struct timeval time) { return time.tv_sec * 1e3 + time.tv_usec / 1e3; }

int main(int count, char **words) {
  long processes = 1;
  seen = mmap(NULL, MOST_PROCESSES * sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int each = 2; each < count; each += 1) {
    if (strncmp(words[each], "port=", 5) == 0) request.port = atoi(words[each] + 5);
    else if (strncmp(words[each], "processes=", 10) == 0) processes = atol(words[each] + 10);
    else read_request(words[each]);
  }
  protocol = count > 1 && strcmp(words[1], "smtp") == 0 ? &smtp : &pop3;
  if (processes > request.clients) processes = request.clients;
  if (processes > MOST_PROCESSES) processes = MOST_PROCESSES;
  struct timespec began, ended;
  clock_gettime(CLOCK_MONOTONIC, &began);
  for (long part = 0; part < processes; part += 1) {
    pid_t child = fork();
    if (child < 0) fail("fork: %s", strerror(errno));
    if (child > 0) continue;
    seen += part;
    request.first = request.clients * part / processes;
    request.clients = part_of(request.clients, part, processes);
    request.messages = part_of(request.messages, part, processes);
    run();
    _exit(0);
  }
  bool failed = false;
  int status;
  while (wait(&status) > 0) failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  clock_gettime(CLOCK_MONOTONIC, &ended);
  struct seen all = {0};
  for (long part = 0; part < processes; part += 1) {
    all.messages += seen[part].messages;
    all.octets += seen[part].octets;
  }
  if (failed) return 1;
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  double wall = (ended.tv_sec - began.tv_sec) * 1e3 + (ended.tv_nsec - began.tv_nsec) / 1e6;
  double cpu = milliseconds_of(usage.ru_utime) + milliseconds_of(usage.ru_stime);
  printf("{\"messages\":%ld,\"octets\":%lld,\"wall\":%.3f,\"cpu\":%.3f}\n", all.messages, all.octets, wall, cpu);
  return 0;
}
