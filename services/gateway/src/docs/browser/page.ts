// Runs in the browser, served as it is compiled.

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, accessToken: string): void;
}

interface SwaggerRequest {
  readonly url: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  credentials?: 'omit' | 'same-origin' | 'include';
}

interface SwaggerResponse {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

declare const SwaggerUIBundle: (options: object) => SwaggerUi;

/** The security scheme of the document, see security-schemes.ts. */
const SCHEME = 'accessToken';

const ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Swagger UI would send the document to a service of its makers.
  validatorUrl: null,
  // Nothing outlives the page: the access token least of all.
  persistAuthorization: false,
  requestInterceptor: (request: SwaggerRequest) => {
    // A request carries one credential: with a header that holds one, the browser keeps its cookie.
    const names = Object.keys(request.headers ?? {}).map((name) => name.toLowerCase());
    if (names.includes('authorization') || names.includes('x-api-key')) request.credentials = 'omit';
    return request;
  },
  responseInterceptor: (response: SwaggerResponse & { readonly req?: SwaggerRequest }) => {
    authorizeWith(response);
    return response;
  },
});

/** Who signs in on the page is signed in on the page. */
function authorizeWith({ url, status, text }: SwaggerResponse): void {
  if (status !== 200 || new URL(url, import.meta.url).pathname !== '/v1/auth/login') return;
  const { accessToken } = JSON.parse(text) as { accessToken?: string };
  if (accessToken) ui.preauthorizeApiKey(SCHEME, accessToken);
}
