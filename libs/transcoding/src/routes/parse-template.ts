import { TemplateError, type Segment, type Template, type TemplateVariable } from './template.js';

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
// pchar of RFC 3986 without ":" (the verb), "*" (a wildcard) and what needs an escape.
const LITERAL = /(?:[A-Za-z0-9\-._~!$&'()+,;=@]|%[0-9a-fA-F]{2})+/y;
const VERB = /(?:[A-Za-z0-9\-._~!$&'()+,;=@:]|%[0-9a-fA-F]{2})+/y;

/**
 * Parses a path template by the grammar of google/api/http.proto:
 *
 *     Template = "/" Segments [ Verb ] ;      Segments = Segment { "/" Segment } ;
 *     Segment  = "*" | "**" | LITERAL | Variable ;
 *     Variable = "{" FieldPath [ "=" Segments ] "}" ;      Verb = ":" LITERAL ;
 *
 * Beyond the grammar `/` alone is a template, literals (and nothing else) may follow `**`, a verb may hold
 * colons, as in grpc-gateway and Envoy, and no variable stands there twice.
 *
 * @throws TemplateError
 */
export function parseTemplate(text: string): Template {
  return new TemplateParser(text).parse();
}

class TemplateParser {
  private at = 0;
  private readonly segments: Segment[] = [];
  private readonly variables: (Omit<TemplateVariable, 'singleSegment'> & { end: number })[] = [];
  private doubleStarAt = -1;

  constructor(private readonly text: string) {}

  parse(): Template {
    this.expect('/', 'a template begins with "/"');
    if (this.at < this.text.length) this.parseSegments(false);
    const verb = this.parseVerb();
    if (this.at < this.text.length) throw this.fault(`unexpected "${this.text[this.at]}"`);
    return {
      text: this.text,
      segments: this.segments,
      verb,
      variables: this.variables.map((variable) => this.placed(variable)),
      doubleStarAt: this.doubleStarAt,
    };
  }

  private parseSegments(inVariable: boolean): void {
    do this.parseSegment(inVariable);
    while (this.accept('/'));
  }

  private parseSegment(inVariable: boolean): void {
    if (this.text[this.at] === '{') {
      if (inVariable) throw this.fault('a variable must not contain variables');
      this.parseVariable();
    } else if (this.accept('**')) {
      if (this.doubleStarAt >= 0) throw this.fault('only literals may follow "**"');
      this.doubleStarAt = this.segments.length;
      this.segments.push({ kind: 'double-star' });
    } else if (this.accept('*')) {
      this.pushStar();
    } else {
      const literal = this.take(LITERAL);
      if (literal === undefined)
        throw this.fault('a segment is empty or holds a character that needs an escape');
      // A client or a proxy resolves dot segments before sending (RFC 3986 section 5.2.4): unreachable.
      if (literal === '.' || literal === '..') throw this.fault('a dot segment cannot be matched');
      this.segments.push({ kind: 'literal', text: literal });
    }
  }

  private parseVariable(): void {
    this.at++;
    const path: string[] = [];
    do {
      const name = this.take(IDENTIFIER);
      if (name === undefined) throw this.fault('a field path is made of identifiers joined by "."');
      path.push(name);
    } while (this.accept('.'));
    if (this.variables.some((other) => other.path.join('.') === path.join('.')))
      throw this.fault('a variable stands there twice');
    const start = this.segments.length;
    if (this.accept('=')) this.parseSegments(true);
    else this.pushStar();
    this.expect('}', 'a variable ends with "}"');
    this.variables.push({ path, start, end: this.segments.length });
  }

  private pushStar(): void {
    if (this.doubleStarAt >= 0) throw this.fault('only literals may follow "**"');
    this.segments.push({ kind: 'star' });
  }

  private parseVerb(): string | undefined {
    if (!this.accept(':')) return undefined;
    const verb = this.take(VERB);
    if (verb === undefined || verb.startsWith(':') || verb.endsWith(':'))
      throw this.fault('the verb is empty');
    return verb;
  }

  private placed(variable: { path: readonly string[]; start: number; end: number }): TemplateVariable {
    const { path, start, end } = variable;
    const fromEnd = (index: number): number =>
      this.doubleStarAt >= 0 && index > this.doubleStarAt ? index - this.segments.length - 1 : index;
    const singleSegment = end - start === 1 && this.segments[start]?.kind !== 'double-star';
    return { path, start: fromEnd(start), end: fromEnd(end), singleSegment };
  }

  private accept(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string, message: string): void {
    if (!this.accept(token)) throw this.fault(message);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private fault(message: string): TemplateError {
    return new TemplateError(`${message} (at ${this.at} of "${this.text}")`, this.at);
  }
}
