#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record.py HOST PORT SQL FOLDER [--encoding json+zstd] [--page 16MB]: keeps every answer to a query for replayserver.

The folder gets `origin`, the address that stands in the answers, `index` (a line for each answer: method, path, kind, content
type, file) and the bodies as they came, uncompressed but for spooled segments, whose rows as JSON have `json_bytes`.
"""
import argparse
import http.client
import json
import os
import re
import shutil
import sys
from urllib.parse import urlsplit


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("sql")
    parser.add_argument("folder")
    parser.add_argument("--encoding", help="ask for spooled results")
    parser.add_argument("--page", help="targetResultSize; the server's own choice unless given")
    options = parser.parse_args()
    partial = options.folder + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    os.makedirs(partial)
    connection = http.client.HTTPConnection(options.host, options.port)
    headers = {"X-Trino-User": "grebe", "Accept-Encoding": "identity"}
    if options.encoding:
        headers["X-Trino-Query-Data-Encoding"] = options.encoding
    index = []
    json_bytes = 0

    def ask(method, path, body=None, kind=None, extra={}):
        connection.request(method, path, body, headers | extra if kind != "segment" else extra)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {content[:500]!r}")
        name = f"{len(index):05}"
        with open(f"{partial}/{name}", "wb") as file:
            file.write(content)
        # A name appears in the first bytes of a page, in front of its rows.
        kind = kind or ("page" if b'"data":' in content[:65536] and len(content) > 4096 else "other")
        content_type = (answer.getheader("Content-Type") or "application/octet-stream").split(";")[0]
        index.append(f"{method} {urlsplit(path).path} {kind} {content_type} {name}\n")
        return content

    ask("GET", "/v1/info")
    page = ask("POST", "/v1/statement", options.sql.encode())
    while True:
        if options.encoding:
            answer = json.loads(page)
            data = answer.get("data")
            for segment in data["segments"] if isinstance(data, dict) else []:
                size = segment["metadata"]
                json_bytes += size.get("uncompressedSize", size["segmentSize"])
                if segment["type"] == "spooled":
                    ask("GET", urlsplit(segment["uri"]).path, kind="segment",
                        extra={name: value[0] for name, value in (segment.get("headers") or {}).items()})
        next_uri = re.search(rb'"nextUri":"http://[^/]+([^"]+)"', page[:65536])
        if b'"error":{' in page[-65536:] and not next_uri:
            sys.exit(page[-2000:].decode())
        if not next_uri:
            break
        path = next_uri[1].decode()
        page = ask("GET", path + (f"?targetResultSize={options.page}" if options.page else ""))
    with open(f"{partial}/origin", "w", encoding="ascii") as file:
        file.write(f"http://{options.host}:{options.port}")
    with open(f"{partial}/json_bytes", "w", encoding="ascii") as file:
        file.write(str(json_bytes))
    with open(f"{partial}/index", "w", encoding="ascii") as file:
        file.writelines(index)
    shutil.rmtree(options.folder, ignore_errors=True)
    os.rename(partial, options.folder)


main()
