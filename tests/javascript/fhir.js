// Validates FHIR R4 resources, one a line on standard input, offline and codes included; prints a line of errors for each.
"use strict";

const { Fhir } = require("fhir");
const readline = require("node:readline");

const fhir = new Fhir();
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const found = fhir.validate(JSON.parse(line), { errorOnUnexpected: true });
  const errors = found.messages.filter((one) => one.severity === "error" || one.severity === "fatal");
  console.log(JSON.stringify(errors.map((one) => `${one.severity} ${one.location}: ${one.message}`)));
});
