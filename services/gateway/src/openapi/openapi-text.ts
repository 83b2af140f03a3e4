/** The OpenAPI document that is served, made once at boot. */
export class OpenApiText {
  constructor(readonly text: string) {}
}
