"""A client in TypeScript for the whole API, from the OpenAPI document: one file, without any dependency."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.documents.api import document
from tools.documents.clients.operations import JSON, Operation, operations

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_HEAD = """\
// The client of Gatepass for Node.js 18 and later and for browsers. Generated from the OpenAPI document; do not edit.

/** What every call answers. */
export interface Answer<T> {
  data: T;
  status: number;
  headers: Headers;
  /** The path of the next page of a list, null where nothing follows. */
  next: string | null;
}

/** What any call may be given besides. */
export interface CallOptions {
  /** For creates: a repeat with the same key gets the first answer and changes nothing. */
  idempotencyKey?: string;
  /** For changes: the ETag of what you read; a change by somebody else since then is refused. */
  ifMatch?: string;
  signal?: AbortSignal;
}

/** An error that the server answered. */
export class GatepassError extends Error {
  constructor(
    readonly status: number,
    /** The stable name of the error. */
    readonly code: string,
    message: string,
    /** After how many seconds a repeat makes sense, where it does. */
    readonly retryAfter: number | null,
    readonly body: unknown,
  ) {
    super(message);
    this.name = "GatepassError";
  }
}

export interface GatepassOptions {
  /** Where the server is, such as https://auth.example.com. */
  baseUrl: string;
  /** A management token, an API key, or a person's access token; or what returns one. */
  token?: string | (() => string | Promise<string>);
  /** The application that calls; the management API does not need it. */
  clientId?: string;
  fetch?: typeof fetch;
}

interface Wanted {
  query?: object | undefined;
  body?: unknown;
  form?: boolean;
  options?: CallOptions | undefined;
}
"""
_CLIENT = """
export class Gatepass {
  constructor(private readonly settings: GatepassOptions) {}

  /** Return the next page of a list, as `next` of the answer before names it; null where nothing follows. */
  async nextPage<T>(answer: Answer<T>): Promise<Answer<T> | null> {
    return answer.next === null ? null : this.call<T>("GET", answer.next, {});
  }

  private async call<T>(method: string, path: string, wanted: Wanted): Promise<Answer<T>> {
    const url = new URL(path, this.settings.baseUrl);
    const clientId = this.settings.clientId;
    const query = Object.entries({ ...(clientId ? { client_id: clientId } : {}), ...wanted.query });
    for (const [name, value] of query) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: "application/json" });
    const token = typeof this.settings.token === "function" ? await this.settings.token() : this.settings.token;
    if (token) headers.set("authorization", `Bearer ${token}`);
    if (wanted.options?.idempotencyKey) headers.set("idempotency-key", wanted.options.idempotencyKey);
    if (wanted.options?.ifMatch) headers.set("if-match", wanted.options.ifMatch);
    const init: RequestInit = { method, headers, redirect: "manual" };
    if (wanted.options?.signal) init.signal = wanted.options.signal;
    if (wanted.body !== undefined) {
      if (wanted.form) init.body = new URLSearchParams(wanted.body as Record<string, string>);
      else {
        headers.set("content-type", "application/json");
        init.body = JSON.stringify(wanted.body);
      }
    }
    const response = await (this.settings.fetch ?? fetch)(url, init);
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    const data: unknown = isJson && text ? JSON.parse(text) : undefined;
    if (!response.ok) throw problem(response, data);
    return { data: data as T, status: response.status, headers: response.headers, next: nextOf(response) };
  }
"""
_TAIL = """\
}

function nextOf(response: Response): string | null {
  return /<([^>]*)>;\\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
}

function problem(response: Response, data: unknown): GatepassError {
  const body = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const code = String(body["error_code"] ?? body["code"] ?? body["error"] ?? response.status);
  const message = String(body["error_description"] ?? body["title"] ?? response.statusText);
  const wait = response.headers.get("retry-after");
  return new GatepassError(response.status, code, message, wait === null ? null : Number(wait), data);
}
"""


def page() -> str:
    """Return the client."""
    described = document()
    schemas = described["components"]["schemas"]
    names = _names(schemas)
    parts = [_HEAD]
    parts += [_declaration(names[name], schema, names) for name, schema in schemas.items()]
    parts.append(_CLIENT)
    parts += [_method(one, names) for one in operations(described) if _is_callable(one)]
    parts.append(_TAIL)
    return "\n".join(parts)


def _is_callable(operation: Operation) -> bool:
    """Tell whether a program may call it: pages and streams are for browsers."""
    return operation.answer_schema is not None or operation.has_empty_answer


def _names(schemas: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of each schema's type: its last word, or its whole name where two share that."""
    short = [name.rpartition(".")[2] for name in schemas]
    found = {}
    for name in schemas:
        last = name.rpartition(".")[2]
        whole = "".join(part.capitalize() for part in re.split(r"[._]", name))
        found[name] = last if short.count(last) == 1 else whole
    return found


def _declaration(name: str, schema: Mapping[str, Any], names: Mapping[str, str]) -> str:
    comment = f"/** {_one_line(schema['description'])} */\n" if schema.get("description") else ""
    if schema.get("type") != "object" or "properties" not in schema:
        return f"{comment}export type {name} = {_type(schema, names)};\n"
    return f"{comment}export interface {name} {{\n{''.join(_properties(schema, names))}}}\n"


def _properties(schema: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, one in schema["properties"].items():
        shown = name if _NAME.fullmatch(name) else json.dumps(name)
        yield f"  {shown}{'' if name in required else '?'}: {_type(one, names)};\n"


def _type(schema: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if "$ref" in schema:
        return names[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(json.dumps(value) for value in values)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one, names) for one in schema["anyOf"]))
    kind = schema.get("type")
    if kind == "array":
        item = _type(schema.get("items") or {}, names)
        return f"({item})[]" if " " in item else f"{item}[]"
    if kind == "object":
        further = schema.get("additionalProperties")
        return f"Record<string, {_type(further, names) if isinstance(further, Mapping) and further else 'unknown'}>"
    return _SCALARS.get(str(kind), "unknown")


def _method(operation: Operation, names: Mapping[str, str]) -> str:
    needed = [f"{_camel(name)}: string" for name in operation.parts]
    if operation.body_type:
        body = _type(operation.body_schema, names)
        needed.append(f"body{'' if operation.is_body_needed else '?'}: {body}")
    is_query_needed = any(one.is_required for one in operation.query)
    if operation.query:
        shown = "; ".join(
            f"{one.name}{'' if one.is_required else '?'}: {_type(one.schema, names)}" for one in operation.query
        )
        needed.append(f"query{'' if is_query_needed else '?'}: {{ {shown} }}")
    needed.append("options?: CallOptions")
    # What may be left out comes last.
    ordered = sorted(needed, key=lambda one: "?" in one.partition(":")[0])
    answer = "void" if operation.answer_schema is None else _type(operation.answer_schema, names)
    path = re.sub(r"\{(\w+)\}", lambda part: f"${{encodeURIComponent({_camel(part[1])})}}", operation.path)
    wanted = ["options"]
    wanted += ["query"] if operation.query else []
    wanted += ["body"] if operation.body_type else []
    wanted += ["form: true"] if operation.body_type not in {"", JSON} else []
    return (
        f"  /** {_one_line(operation.summary)} */\n"
        f"  {_camel(operation.name)}({', '.join(ordered)}): Promise<Answer<{answer}>> {{\n"
        f'    return this.call("{operation.method}", `{path}`, {{ {", ".join(wanted)} }});\n'
        "  }\n"
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("*/", "* /")
