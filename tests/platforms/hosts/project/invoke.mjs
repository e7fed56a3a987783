// Passes events to a module's handler, one at a time and as JSON, like AWS Lambda.
import { createInterface } from "node:readline";
import process from "node:process";

const { handler } = await import(`./${process.argv[2]}`);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await handler(JSON.parse(line), { awsRequestId: "1" })));
}
