"""Models behind OpenAI-compatible servers, asked so that they see what the local engine would show them.

engine.py      an `Engine`: a request becomes an answer, with retries
body.py        the request as JSON
exchange.py    one request to one address, and its answer read as it comes
checked.py     an answer as it comes, held against what was asked
stream.py      events of an answer, with limits on all that a server may send
faults.py      which failure ends a request, and which is worth another try
addresses.py   which of several addresses a request goes to
inspection.py  what is found out at the first use of an address, and what is refused
"""
