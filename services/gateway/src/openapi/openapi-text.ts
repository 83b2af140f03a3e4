/** The OpenAPI document that is served, made once at boot; as bytes, which all who are sent them share. */
export class OpenApiText {
  readonly bytes: Buffer;

  constructor(text: string) {
    this.bytes = Buffer.from(text);
  }
}
