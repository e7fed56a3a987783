/** IP address of the remote host. It is public, so that the server does not refuse it. */
export const PUBLIC_ADDRESS = "93.184.215.14";
/** Name of the remote host. */
export const REMOTE_HOST = "photos.example.org";

/** Environment variable of a program that `runInOwnNetwork()` has started. */
const MARK = "SIEGE_OWN_NETWORK";

/**
 * Shell script that runs a program in the namespaces that `unshare` has made: with a loopback
 * interface that has the public address, and with a table of hosts that has the remote host.
 */
const SCRIPT = `set -e
hosts=$(mktemp)
echo "127.0.0.1 localhost" > "$hosts"
echo "${PUBLIC_ADDRESS} ${REMOTE_HOST} ${REMOTE_HOST}." >> "$hosts"
mount --bind "$hosts" /etc/hosts
ip link set lo up
ip addr add ${PUBLIC_ADDRESS}/32 dev lo
exec "$@"`;

/** True in a program that `runInOwnNetwork()` has started. */
export function isInOwnNetwork(): boolean {
  return Deno.env.has(MARK);
}

/**
 * Runs a command in a network of its own (Linux namespaces), which has a public IP address and
 * nothing else. The network of the machine stays as it is.
 *
 * @returns Exit code of the command, or undefined if this machine does not allow namespaces.
 */
export async function runInOwnNetwork(command: readonly string[]): Promise<number | undefined> {
  // As root, no user namespace is needed. Some machines forbid it.
  for (const user of [["--map-root-user"], []]) {
    if (!await succeeds(unshare(user, ["true"], "null"))) continue;
    return (await unshare(user, command, "inherit").output()).code;
  }
  return undefined;
}

async function succeeds(command: Deno.Command): Promise<boolean> {
  try {
    return (await command.output()).success;
  } catch {
    return false; // there is no program `unshare`
  }
}

function unshare(
  user: readonly string[],
  command: readonly string[],
  output: "inherit" | "null",
): Deno.Command {
  return new Deno.Command("unshare", {
    args: [...user, "--net", "--mount", "sh", "-c", SCRIPT, "sh", ...command],
    env: { [MARK]: "1" },
    stdout: output,
    stderr: output,
  });
}
