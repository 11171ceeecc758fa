"""What schemathesis leaves out: forged framing. The HTTP layer refuses such requests before any route is found, with an
empty 400; security/hostility.test.ts sends them over raw sockets."""

import schemathesis

FRAMING = {"content-length", "transfer-encoding", "connection", "host", "expect", "upgrade"}


@schemathesis.hook
def filter_headers(context, headers):
    return headers is None or not any(name.lower() in FRAMING for name in dict(headers))
