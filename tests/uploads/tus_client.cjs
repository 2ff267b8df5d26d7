// Uploads one file with the very tus-js-client that the page uses, under Node: node tus_client.cjs '{"url": …}'
// Its browser build has no HTTP stack for Node, so it gets one by its own option `httpStack`.
"use strict";

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const tus = require("../../static/vendor/tus-js-client-4.3.1/tus.min.js");

const options = JSON.parse(process.argv[2]);
const requests = [];

class HttpStack {
  createRequest(method, url) {
    const headers = {};
    let request = null;
    let onProgress = null;
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => {
        headers[name] = value;
      },
      getHeader: (name) => headers[name],
      setProgressHandler: (handler) => {
        onProgress = handler;
      },
      getUnderlyingObject: () => request,
      abort: async () => {
        request?.destroy();
      },
      send: async (body = null) => {
        const bytes = body ? Buffer.from(await body.arrayBuffer()) : null;
        if (bytes) headers["Content-Length"] = bytes.length;
        return new Promise((resolve, reject) => {
          request = http.request(new URL(url, options.url), { method, headers }, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("end", () => {
              requests.push(`${method} ${response.statusCode}`);
              resolve({
                getStatus: () => response.statusCode,
                getHeader: (name) => response.headers[name.toLowerCase()] ?? null,
                getBody: () => Buffer.concat(parts).toString(),
                getUnderlyingObject: () => response,
              });
            });
            response.on("error", reject);
          });
          request.on("error", (error) => {
            requests.push(`${method} ${error.code}`);
            reject(error);
          });
          if (bytes) request.write(bytes, () => onProgress?.(bytes.length));
          request.end();
        });
      },
    };
  }
  getName() {
    return "node:http";
  }
}

const content = fs.readFileSync(options.file);
let chunks = 0;
const upload = new tus.Upload(new Blob([content]), {
  endpoint: options.url,
  uploadUrl: options.uploadUrl ?? null,
  httpStack: new HttpStack(),
  headers: options.headers,
  chunkSize: options.chunkSize ?? Infinity,
  uploadDataDuringCreation: Boolean(options.withCreation),
  overridePatchMethod: Boolean(options.overridePatch),
  metadata: { filename: options.name ?? "film.mov", filetype: "video/quicktime" },
  retryDelays: options.retryDelays ?? [0, 100, 300, 1000, 1000, 2000, 2000, 2000],
  storeFingerprintForResuming: false,
  onChunkComplete: () => {
    chunks += 1;
    if (chunks === options.stopAfter) upload.abort(Boolean(options.terminate)).then(() => report("stopped"));
  },
  onSuccess: () => report("done"),
  onError: (error) => report(`error: ${error.message}`),
});
upload.start();

function report(outcome) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  process.stdout.write(JSON.stringify({ outcome, url: upload.url, requests, chunks, sha256 }));
  process.exit(0);
}
