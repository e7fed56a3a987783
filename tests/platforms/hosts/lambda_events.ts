/** Request that a platform receives. */
export interface LambdaRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
}

/** IP address of the client in the events. */
export const CLIENT = "203.0.113.7";

/** Returns the event of a function URL or an HTTP API of API Gateway (payload 2.0). */
export function payload2({ method, path, query, headers, body }: LambdaRequest): object {
  const domainName = "abcdefghij.lambda-url.eu-central-1.on.aws";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { host: domainName, "x-forwarded-for": CLIENT, ...headers },
    queryStringParameters: query,
    requestContext: {
      accountId: "anonymous",
      apiId: "abcdefghij",
      domainName,
      domainPrefix: "abcdefghij",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: CLIENT, userAgent: "curl/8.5.0" },
      requestId: "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
      routeKey: "$default",
      stage: "$default",
      time: "12/Mar/2026:19:03:58 +0000",
      timeEpoch: 1773342238000,
    },
    ...bodyOf(body),
  };
}

/** Returns the event of a REST API of API Gateway (payload 1.0). */
export function payload1({ method, path, query, headers, body }: LambdaRequest): object {
  const all = { Host: "abcdefghij.execute-api.eu-central-1.amazonaws.com", ...headers };
  return {
    version: "1.0",
    resource: "/{proxy+}",
    path,
    httpMethod: method,
    headers: all,
    multiValueHeaders: severalOf(all),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query === undefined ? null : severalOf(query),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: "123456789012",
      apiId: "abcdefghij",
      domainName: all.Host,
      httpMethod: method,
      identity: { sourceIp: CLIENT, userAgent: "curl/8.5.0" },
      path: `/live${path}`,
      protocol: "HTTP/1.1",
      requestId: "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
      resourcePath: "/{proxy+}",
      stage: "live",
    },
    ...bodyOf(body),
  };
}

/** Returns the event of an application load balancer. */
export function loadBalancer({ method, path, query, headers, body }: LambdaRequest): object {
  return {
    requestContext: {
      elb: {
        targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/a/b",
      },
    },
    httpMethod: method,
    path,
    queryStringParameters: query ?? {},
    headers: { host: "a-1.eu-central-1.elb.amazonaws.com", "x-forwarded-for": CLIENT, ...headers },
    ...bodyOf(body),
  };
}

function bodyOf(body: Uint8Array | undefined) {
  return { body: body?.toBase64() ?? null, isBase64Encoded: body !== undefined };
}

function severalOf(values: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
}
