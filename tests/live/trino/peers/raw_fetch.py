"""raw_fetch.py HOST PORT SQL: follows nextUri and decodes nothing, which is as fast as this server goes; prints the bytes."""
import http.client
import re
import sys

host, port, sql = sys.argv[1:4]
connection = http.client.HTTPConnection(host, int(port))


def request(method, path, body=None):
    connection.request(method, path, body, {"X-Trino-User": "grebe", "X-Presto-User": "grebe", "Accept-Encoding": "identity"})
    return connection.getresponse().read()


page = request("POST", "/v1/statement", sql.encode())
size = 0
while match := re.search(rb'"nextUri":"http://[^/]+([^"]+)"', page[:4096]):
    page = request("GET", match[1].decode())
    size += len(page)
if b'"error":{' in page:
    sys.exit(page.decode())
print(size)
