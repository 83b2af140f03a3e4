/** A JSON object, as REST bodies and canonical protobuf JSON are. */
export type Json = { readonly [name: string]: unknown };
