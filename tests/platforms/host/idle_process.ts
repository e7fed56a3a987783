// Program of a worker process that does nothing until its standard input closes.
for await (const _ of Deno.stdin.readable);
