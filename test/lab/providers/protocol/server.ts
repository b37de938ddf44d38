// A provider's end of the engine's protocol: gRPC messages to plain values and back. Knows nothing of any resource.
// The SDK has a server too; it drops a provider's configuration and old inputs, and loads all of the SDK.
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Engine } from "./display";
import type { Checked } from "./inputs";
import { type Difference, PartlyCreated, type Provider } from "./provider";
import type { Properties } from "./values";

/** Serves until the engine ends the process. The engine's own address is the last argument that is no option. */
export async function serve(provider: Provider, args: readonly string[]): Promise<void> {
  const engine = new Engine(args.findLast((argument) => !argument.startsWith("-")));
  const server = new Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(ResourceProviderService, handlers(provider, engine));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  console.log(String(port));
}

function handlers(provider: Provider, engine: Engine) {
  /** Answers once what was to be shown has reached the engine. */
  const answer =
    <Request, Response>(handle: (request: Request) => Promise<Response> | Response) =>
    (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      Promise.resolve(call.request)
        .then(handle)
        .finally(() => engine.flush())
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(failureOf(error)),
        );
    };
  const shown = (request: { getUrn(): string }) => engine.displayOf(request.getUrn());

  return {
    getPluginInfo: answer(() => new PluginInfo().setVersion(provider.version)),
    getSchema: answer(() => new proto.GetSchemaResponse().setSchema("{}")),
    attach: answer((request: { getAddress(): string }) => {
      engine.connect(request.getAddress());
      return new Empty();
    }),
    cancel: answer(() => new Empty()),
    checkConfig: answer((request: proto.CheckRequest) => checked(provider.checkConfig(plain(request.getNews())))),
    diffConfig: answer((request: proto.DiffRequest) =>
      difference(provider.diffConfig(plain(request.getOldInputs() ?? request.getOlds()), plain(request.getNews()))),
    ),
    configure: answer(async (request: proto.ConfigureRequest) => {
      await provider.configure(plain(request.getArgs()));
      return new proto.ConfigureResponse()
        .setAcceptsecrets(provider.acceptsSecrets)
        .setSupportspreview(provider.supportsPreview)
        .setAcceptresources(false)
        .setAcceptoutputs(false);
    }),
    check: answer((request: proto.CheckRequest) =>
      checked(
        provider.check({
          urn: request.getUrn(),
          olds: plain(request.getOlds()),
          news: plain(request.getNews()),
          randomSeed: request.getRandomseed_asB64(),
        }),
      ),
    ),
    diff: answer((request: proto.DiffRequest) =>
      difference(
        provider.diff({
          urn: request.getUrn(),
          state: plain(request.getOlds()),
          inputs: plain(request.getNews()),
          ignored: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: answer(async (request: proto.CreateRequest) => {
      const created = await provider.create({
        urn: request.getUrn(),
        inputs: plain(request.getProperties()),
        preview: request.getPreview(),
        display: shown(request),
      });
      return new proto.CreateResponse().setId(created.id).setProperties(struct(created.state));
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const found = await provider.read({
        urn: request.getUrn(),
        id: request.getId(),
        state: plain(request.getProperties()),
        inputs: plain(request.getInputs()),
      });
      return found
        ? new proto.ReadResponse().setId(found.id).setProperties(struct(found.state)).setInputs(struct(found.inputs))
        : new proto.ReadResponse();
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const state = await provider.update({
        urn: request.getUrn(),
        id: request.getId(),
        state: plain(request.getOlds()),
        inputs: plain(request.getNews()),
        ignored: request.getIgnorechangesList(),
        preview: request.getPreview(),
        display: shown(request),
      });
      return new proto.UpdateResponse().setProperties(struct(state));
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      await provider.delete({
        urn: request.getUrn(),
        id: request.getId(),
        state: plain(request.getProperties()),
        display: shown(request),
      });
      return new Empty();
    }),
    invoke: answer(async (request: proto.InvokeRequest) => {
      const { result, failures } = await provider.invoke(request.getTok(), plain(request.getArgs()));
      return new proto.InvokeResponse().setReturn(struct(result)).setFailuresList(failures.map(failure));
    }),
  };
}

function plain(values: Struct | undefined): Properties {
  return (values?.toJavaScript() ?? {}) as Properties;
}

function struct(values: Properties): Struct {
  return Struct.fromJavaScript(values);
}

function failure({ property, reason }: Checked["failures"][number]): proto.CheckFailure {
  return new proto.CheckFailure().setProperty(property).setReason(reason);
}

function checked({ inputs, failures }: Checked): proto.CheckResponse {
  return new proto.CheckResponse().setInputs(struct(inputs)).setFailuresList(failures.map(failure));
}

function difference({ changed, replaces, deletesFirst = false, kinds }: Difference): proto.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changed])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deletesFirst && replaces.length > 0);
  for (const [name, kind] of Object.entries(kinds ?? {})) {
    response
      .setHasdetaileddiff(true)
      .getDetaileddiffMap()
      .set(name, propertyDiff(kind, replaces.includes(name)));
  }
  return response;
}

function propertyDiff(kind: "add" | "update" | "delete", replaces: boolean): proto.PropertyDiff {
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  } as const;
  return new proto.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]);
}

function failureOf(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof PartlyCreated) {
    const { id, state } = error.created;
    const detail = new proto.ErrorResourceInitFailed().setId(id).setProperties(struct(state)).setReasonsList([message]);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const details = new Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([any]);
    // gRPC's convention for structured errors, which the engine reads.
    metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, metadata };
}
