"""What schemathesis leaves out: forged framing. The HTTP layer refuses such requests before any route is found, with an
empty 400; security/hostility.test.ts sends them over raw sockets. And the one value that its HTTP library, urllib3,
takes as a word of its own and so cannot send."""

import schemathesis

FRAMING = {"content-length", "transfer-encoding", "connection", "host", "expect", "upgrade"}
URLLIB3_SENTINEL = "@@@SKIP_HEADER@@@"


@schemathesis.hook
def filter_headers(context, headers):
    return headers is None or not any(
        name.lower() in FRAMING or value == URLLIB3_SENTINEL for name, value in dict(headers).items()
    )
