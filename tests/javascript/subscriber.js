// A clinic's subscriber that knows the published schema and nothing else of Pressout: checks, stores, then answers.
// usage: node subscriber.js URL FOLDER-WITH-CERTIFICATES SCHEMA FILE
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const crypto = require("node:crypto");
const mqtt = require("mqtt");
const Ajv = require("ajv/dist/2020");

const [url, certificates, schema, file] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(certificates, name));
const valid = new Ajv({ strict: false }).compile(JSON.parse(fs.readFileSync(schema)));

const client = mqtt.connect(url, {
  ca: read("authority.pem"),
  cert: read("clinic.pem"),
  key: read("clinic.key"),
  clientId: "javascript",
  clean: false,
});

// The library acknowledges to the broker when `done` is called: only once the document is safe.
client.handleMessage = (packet, done) => {
  const [, , site, station, , session] = packet.topic.split("/");
  let document = null;
  let reason = null;
  try {
    document = JSON.parse(packet.payload);
    if (!valid(document)) reason = valid.errors.map((one) => `${one.instancePath} ${one.message}`).join("; ");
    else if (document.site_id !== site || document.station_id !== station || document.session_id !== session)
      reason = "identity: found another station's or session's name in the document";
  } catch (error) {
    reason = error.message;
  }
  if (reason === null) {
    const handle = fs.openSync(file, "a");
    fs.writeSync(handle, `${packet.payload}\n`);
    fs.fsyncSync(handle);
    fs.closeSync(handle);
  }
  const ack = {
    revision: document && Number.isInteger(document.revision) ? document.revision : 0,
    sha256: crypto.createHash("sha256").update(packet.payload).digest("hex"),
    result: reason === null ? "stored" : "rejected",
    reason,
  };
  client.publish(`pressout/v1/${site}/${station}/ack/${session}`, JSON.stringify(ack), { qos: 1 }, () => done());
};
client.on("connect", () => client.subscribe("pressout/v1/+/+/session/+", { qos: 1 }));
