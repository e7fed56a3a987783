import { assertEquals } from "@std/assert";
import { settingTypos } from "../../src/server/setting_typos.ts";

const SETTINGS = [
  ...["HOST", "PORT", "MODEL", "MODELS", "MODELS_DIR", "LOG", "QUEUE", "ENGINE", "WORKERS"],
  ...["API_KEYS", "KEY_RATE", "ADDRESS_RATE", "RATE_WINDOW", "TRUSTED_PROXY", "CORS_ORIGINS"],
  ...["MAX_CONNECTIONS", "MAX_HEADERS", "MAX_HEADER_BYTES", "BODY_TIMEOUT_MS", "IMAGE_URLS"],
  ...["IMAGE_URL_ALLOW", "IMAGE_URL_DENY", "MAX_BYTES", "MAX_PIXELS"],
];

for (
  const [name, setting] of [
    ["API_KEY", "API_KEYS"],
    ["APIKEYS", "API_KEYS"],
    ["API-KEYS", "API_KEYS"],
    ["api_keys", "API_KEYS"],
    ["APl_KEYS", "API_KEYS"],
    ["KEYS_API", "API_KEYS"],
    ["KEY_RATES", "KEY_RATE"],
    ["RATE_KEY", "KEY_RATE"],
    ["ADRESS_RATE", "ADDRESS_RATE"],
    ["TRUST_PROXY", "TRUSTED_PROXY"],
    ["TRUSTED_PROXIES", "TRUSTED_PROXY"],
    ["CORS_ORIGIN", "CORS_ORIGINS"],
    ["MAX_CONNECTION", "MAX_CONNECTIONS"],
    ["MAX_HEADERS_BYTES", "MAX_HEADER_BYTES"],
    ["MAX_PIXEL", "MAX_PIXELS"],
    ["IMAGE_URL", "IMAGE_URLS"],
    ["IMAGE_URLS_ALLOW", "IMAGE_URL_ALLOW"],
    ["IMAGES_URL_DENY", "IMAGE_URL_DENY"],
    ["BODY_TIMEOUT", "BODY_TIMEOUT_MS"],
    ["BODY_TIMEOUT_M", "BODY_TIMEOUT_MS"],
  ] as const
) {
  Deno.test(`settingTypos() takes ${name} for ${setting}`, () => {
    assertEquals(settingTypos([name], SETTINGS), [[name, setting]]);
  });
}

Deno.test("settingTypos() takes no variable of other programs for a typo", () => {
  const others = "PATH HOME HOSTNAME HOSTTYPE SHELL PWD OLDPWD TERM USER LOGNAME LANG LC_ALL TZ " +
    "TMPDIR MODE SHLVL SORT PS1 EDITOR PAGER MAIL DISPLAY XDG_RUNTIME_DIR NODE_ENV NODE_OPTIONS " +
    "DENO_DIR BUN_INSTALL NO_COLOR COLORTERM OPENAI_API_KEY AWS_ACCESS_KEY_ID AWS_REGION " +
    "KUBERNETES_PORT KUBERNETES_SERVICE_HOST DATABASE_URL REDIS_URL LOGS MODULE WORKER_ID " +
    "MAX_OLD_SPACE OMP_NUM_THREADS CUDA_VISIBLE_DEVICES npm_config_cache HTTP_PROXY NO_PROXY " +
    "https_proxy SSL_CERT_FILE PYTHONPATH GOPATH JAVA_HOME VIRTUAL_ENV CI GITHUB_TOKEN API_URL " +
    "LOG_LEVEL PORTS HOSTS ENGINES QUEUES MAX_RETRIES IMAGE_TAG IMAGE_NAME CORS API_VERSION";
  assertEquals(settingTypos(others.split(" "), SETTINGS), []);
});
