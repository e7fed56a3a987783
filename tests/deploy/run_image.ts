import { drain, firstLine } from "../server_process.ts";

// Runs an image without network and with a read-only disk, sends it requests, and prints the results
// as JSON: run_image.ts FOLDER PHOTO < image.json

/** Image that `build_image.py` has built. */
interface Image {
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cmd: readonly string[];
  readonly healthcheck: readonly string[];
}

const [folder, photo] = Deno.args as [string, string];
const image: Image = JSON.parse(await new Response(Deno.stdin.readable).text());
const body = await Deno.readFile(photo);
const url = `http://127.0.0.1:${image.env.PORT}`;

const network = await Deno.connect({ hostname: "192.0.2.1", port: 80 }).then(
  () => "there is one",
  (error: Error) => error.message,
);
const disk = await Deno.writeTextFile(`${folder}/written`, "").then(
  () => "it is written",
  (error: Error) => error.message,
);
const server = start(image.cmd, "piped").spawn();
const line = await firstLine(server.stdout);
const ready = (await fetch(`${url}/readyz`)).status;
const health = (await start(image.healthcheck).output()).code;
const detect = () => fetch(`${url}/detect`, { method: "POST", body });
const { detections } = await (await detect()).json();
const statuses = await drain(server, url, detect);
const { code } = await server.status;
const healthAfterwards = (await start(image.healthcheck).output()).code;
const labels = detections.map(({ label }: { label: string }) => label);
console.log(
  JSON.stringify({
    ...{ network, disk, line, ready, health, labels, statuses, code, healthAfterwards },
  }),
);
Deno.exit();

/** Returns a command of the image: as its user, without privileges, with its environment only. */
function start(command: readonly string[], stdout: "piped" | "null" = "null"): Deno.Command {
  const [uid, gid] = image.user.split(":");
  return new Deno.Command("setpriv", {
    args: [
      ...[`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--no-new-privs"],
      ...["--inh-caps=-all", "--bounding-set=-all"],
      ...command,
    ],
    cwd: image.root + image.workdir,
    clearEnv: true,
    env: { ...image.env, DENO_DIR: `${folder}/empty`, PATH: `${folder}/bin:/usr/bin:/bin` },
    stdout,
    stderr: "inherit",
  });
}
