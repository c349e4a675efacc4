"""Asterisk's side of FastAGI as fast as Python can play it: many sessions on one epoll, raw file descriptors.

What `res_agi.c` sends is sent: the environment in one write, then one reply for each command. Every byte received is
kept, so that two servers can be compared by what they sent.
"""

import hashlib
import os
import select
import socket
import time

from msgspec import Struct

ENVIRONMENT = (
    "agi_network: yes\nagi_network_script: call\nagi_request: agi://127.0.0.1:4573/call\n"
    "agi_channel: PJSIP/trunk-{n:08x}\nagi_language: cmn\nagi_type: PJSIP\nagi_uniqueid: 1795316288.{n}\n"
    "agi_version: 22.10.0\nagi_callerid: 8529{n:07d}\nagi_calleridname: 王小明 (VIP): 香港\nagi_callingpres: 0\n"
    "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 85230001000\nagi_rdnis: unknown\n"
    "agi_context: hotline-in\nagi_extension: 85230001000\nagi_priority: 6\nagi_enhanced: 0.0\nagi_accountcode: \n"
    "agi_threadid: 139872{n:06d}\nagi_arg_1: c-1795316288-{n}\nagi_arg_2: 85230001000\n\n"
)

REPLIES = {
    b"ANSWER": b"200 result=0\n",
    b"STREAM": b"200 result=0 endpos=8000\n",
    b"WAIT F": b"200 result=49\n",
    b"SET VA": b"200 result=1\n",
    b"HANGUP": b"200 result=1\n",
}


class Run(Struct, frozen=True):
    """What one run over all sessions took."""

    seconds: float
    commands: int
    digest: str
    """Of all bytes the server sent, session by session."""


def run(port: int, sessions: int) -> Run:
    """Play `sessions` calls at once until the server has closed every one."""
    said: dict[int, list[bytes]] = {}
    ends: list[socket.socket] = []
    poll = select.epoll()
    for _ in range(sessions):
        end = socket.create_connection(("127.0.0.1", port))
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ends.append(end)
        said[end.fileno()] = []
    commands = 0
    open_ends = sessions
    start = time.perf_counter()
    for n, end in enumerate(ends):
        os.write(end.fileno(), ENVIRONMENT.format(n=n).encode())
        poll.register(end.fileno(), select.EPOLLIN)
    read, write, replies = os.read, os.write, REPLIES
    while open_ends:
        for fd, _ in poll.poll():
            line = read(fd, 4096)
            if not line:
                poll.unregister(fd)
                open_ends -= 1
                continue
            said[fd].append(line)
            commands += 1
            write(fd, replies[line[:6]])
    seconds = time.perf_counter() - start
    digest = hashlib.sha256(b"\0".join(b"".join(said[end.fileno()]) for end in ends)).hexdigest()
    for end in ends:
        end.close()
    poll.close()
    return Run(seconds, commands, digest)
