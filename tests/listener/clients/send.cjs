// Sends with the real `inngest` package what stdin holds; prints what send() returned or threw.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const { Inngest } = createRequire(`${process.env.PACKAGE_FOLDER}/`)("inngest");
const inngest = new Inngest({ id: "fisioflow-app" });

inngest
  .send(JSON.parse(readFileSync(0, "utf8")))
  .then(({ ids }) => ({ ids }))
  .catch((error) => ({ error: error.message }))
  .then((outcome) => console.log(JSON.stringify(outcome)));
