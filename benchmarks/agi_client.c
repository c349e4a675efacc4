/* Asterisk's side of FastAGI at full speed: SESSIONS calls at once on one epoll. agi_client PORT SESSIONS
 *
 * In C because a client in Python costs more than the server it measures. What is sent is what agi_client.py sends.
 * Prints one line of JSON: the seconds from the first environment to the last close, and the commands answered.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char ENVIRONMENT[] =
    "agi_network: yes\nagi_network_script: call\nagi_request: agi://127.0.0.1:4573/call\n"
    "agi_channel: PJSIP/trunk-%08x\nagi_language: cmn\nagi_type: PJSIP\nagi_uniqueid: 1795316288.%d\n"
    "agi_version: 22.10.0\nagi_callerid: 8529%07d\nagi_calleridname: 王小明 (VIP): 香港\nagi_callingpres: 0\n"
    "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 85230001000\nagi_rdnis: unknown\n"
    "agi_context: hotline-in\nagi_extension: 85230001000\nagi_priority: 6\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 139872%06d\nagi_arg_1: c-1795316288-%d\nagi_arg_2: 85230001000\n\n";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec * 1e-9;
}

static const char *reply(const char *command) {
    switch (command[0]) {
    case 'A': return "200 result=0\n";
    case 'W': return "200 result=49\n";
    case 'S': return command[1] == 'T' ? "200 result=0 endpos=8000\n" : "200 result=1\n";
    default: return "200 result=1\n";
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: agi_client PORT SESSIONS\n");
        return 2;
    }
    int sessions = atoi(arguments[2]), open_ends = sessions, one = 1;
    long commands = 0;
    int *ends = calloc(sessions, sizeof *ends);
    int poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int n = 0; n < sessions; n++) {
        ends[n] = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(ends[n], (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
        setsockopt(ends[n], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    double start = now();
    for (int n = 0; n < sessions; n++) {
        char text[2048];
        int size = snprintf(text, sizeof text, ENVIRONMENT, n, n, n, n, n);
        if (write(ends[n], text, size) != size) fail("write");
        struct epoll_event wish = {.events = EPOLLIN, .data.fd = ends[n]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, ends[n], &wish) < 0) fail("epoll_ctl");
    }
    while (open_ends) {
        struct epoll_event ready[64];
        int found = epoll_wait(poll, ready, 64, -1);
        for (int k = 0; k < found; k++) {
            char command[4096];
            long size = read(ready[k].data.fd, command, sizeof command);
            if (size <= 0) {
                close(ready[k].data.fd);
                open_ends--;
                continue;
            }
            const char *answer = reply(command);
            long length = strlen(answer);
            commands++;
            if (write(ready[k].data.fd, answer, length) != length) fail("write");
        }
    }
    printf("{\"seconds\": %.6f, \"commands\": %ld}\n", now() - start, commands);
    return 0;
}
