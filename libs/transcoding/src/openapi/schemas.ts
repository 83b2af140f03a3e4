import type { DescEnum, DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { fieldBehavior, type FieldBehavior } from '@gatehouse/contracts/field-behavior';
import type { PrintOptions } from '../json/print-options.js';
import { commentOf } from './comments.js';
import type { JsonObject, OpenApiOptions } from './openapi-options.js';
import { scalarSchema, wellKnownSchema } from './scalar-schema.js';

/** Builds the JSON Schemas of a document and gathers those of messages and enums as components. */
export class Schemas {
  private readonly components = new Map<string, JsonObject>();

  constructor(
    private readonly registry: Registry,
    private readonly print: PrintOptions,
    private readonly constraintsOf: OpenApiOptions['constraintsOf'],
  ) {}

  /** The components so far, sorted by name. */
  get all(): Record<string, JsonObject> {
    return Object.fromEntries([...this.components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A message by reference, or its own schema where its JSON form is no object of its fields. */
  message(message: DescMessage): JsonObject {
    const own = wellKnownSchema(message);
    if (own !== undefined) return own;
    if (!this.components.has(message.typeName)) {
      // Entered before its fields, since a message may contain itself.
      this.components.set(message.typeName, {});
      this.components.set(message.typeName, this.object(message, message.fields));
    }
    return { $ref: `#/components/schemas/${message.typeName}` };
  }

  /** An object of some of a message's fields. */
  object(message: DescMessage, fields: readonly DescField[]): JsonObject {
    const properties = Object.fromEntries(fields.map((field) => [this.name(field), this.property(field)]));
    const required = fields.filter((field) => this.behavior(field).required).map((field) => this.name(field));
    const oneofs = message.oneofs
      .map((oneof) => oneof.fields.filter((field) => fields.includes(field)))
      .filter((members) => members.length > 1)
      .map((members) => this.atMostOne(members));
    const comment = commentOf(message);
    return {
      type: 'object',
      ...(comment === undefined ? {} : { description: comment }),
      ...(fields.length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      ...(oneofs.length === 0 ? {} : { allOf: oneofs }),
    };
  }

  /** The name of a field in JSON. */
  name(field: DescField): string {
    return this.print.protoFieldNames ? field.name : field.jsonName;
  }

  /** What the contract says about who sets a field. */
  behavior(field: DescField): FieldBehavior {
    return fieldBehavior(this.registry, field);
  }

  /** A field with its description, behaviour and constraints. */
  property(field: DescField): JsonObject {
    const { readOnly, writeOnly } = this.behavior(field);
    const comment = commentOf(field);
    return {
      ...this.value(field),
      ...this.constraintsOf?.(field),
      ...(comment === undefined ? {} : { description: comment }),
      ...(readOnly ? { readOnly } : {}),
      ...(writeOnly ? { writeOnly } : {}),
      ...(field.proto.options?.deprecated ? { deprecated: true } : {}),
    };
  }

  /** The schema of a field's value alone. */
  value(field: DescField): JsonObject {
    switch (field.fieldKind) {
      case 'list':
        return { type: 'array', items: this.single(field) };
      case 'map':
        return { type: 'object', additionalProperties: this.single(field) };
      default:
        return this.single(field);
    }
  }

  private single(field: DescField): JsonObject {
    if (field.enum !== undefined) return this.enum(field.enum);
    if (field.message !== undefined) return this.message(field.message);
    return scalarSchema(field.scalar);
  }

  private enum(type: DescEnum): JsonObject {
    if (type.typeName === 'google.protobuf.NullValue') return { type: 'null' };
    if (!this.components.has(type.typeName)) {
      const comment = commentOf(type);
      const values = type.values.map((value) => (this.print.enumsAsNumbers ? value.number : value.name));
      this.components.set(type.typeName, {
        type: this.print.enumsAsNumbers ? 'integer' : 'string',
        enum: [...new Set(values)],
        ...(comment === undefined ? {} : { description: comment }),
      });
    }
    return { $ref: `#/components/schemas/${type.typeName}` };
  }

  /** A oneof may also be unset. */
  private atMostOne(members: readonly DescField[]): JsonObject {
    const each = members.map((field) => ({ required: [this.name(field)] }));
    return { oneOf: [...each, { not: { anyOf: each } }] };
  }
}
