/**
 * Fastify's compilers of schemas, each put off to the first request that needs it: all of them together are most of the processor time of a
 * server's start, and of most routes nobody asks for hours.
 */
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { TSchema } from 'typebox';
import { type HttpPart, validator } from './validate.ts';

type Compiled<In, Out> = (data: In) => Out;

function atFirstUse<In, Out>(make: () => Compiled<In, Out>): Compiled<In, Out> {
  let made: Compiled<In, Out> | undefined;
  return (data) => (made ??= make())(data);
}

/** See {@link validator}. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  atFirstUse(() => validator(httpPart as HttpPart, schema));

const serializer = SerializerSelector()();

/** As Fastify's own. */
export const compileSerializer: FastifySerializerCompiler<TSchema> = (route) =>
  atFirstUse(() => serializer({ ...route, httpStatus: route.httpStatus ?? '' }));
