"""Signs in and uses the resources service as a client in another language does.

    client.py AUTH_ADDRESS RESOURCES_ADDRESS EMAIL PASSWORD API_KEY [CERTIFICATES]

CERTIFICATES is a folder with ca.pem, key.pem and certificate.pem, where the services speak mutual TLS.

Every step asserts what it got; the last line of a run that went well is "ok".
"""

import pathlib
import pkgutil
import sys
import uuid

import google
import grpc

# The stubs have a package `google` of their own beside the one of protobuf.
google.__path__ = pkgutil.extend_path(google.__path__, google.__name__)

from google.protobuf import field_mask_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from gatehouse.access.v1 import access_pb2  # noqa: E402
from gatehouse.auth.v1 import token_service_pb2, token_service_pb2_grpc  # noqa: E402
from gatehouse.resources.v1 import (  # noqa: E402
    resource_pb2,
    resource_service_pb2,
    resource_service_pb2_grpc,
)

DEADLINE_SECONDS = 10


def open_channel(address, service):
    if len(sys.argv) < 7:
        return grpc.insecure_channel(address)
    ca, key, certificate = (
        pathlib.Path(sys.argv[6], name).read_bytes() for name in ("ca.pem", "key.pem", "certificate.pem")
    )
    # Certificates name services, not addresses.
    name = ("grpc.ssl_target_name_override", f"{service}.gatehouse.internal")
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(ca, key, certificate), [name])


def refusal(call):
    """The code and the reason with which a call is refused."""
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name, reason_of(error)
    raise AssertionError("the call was not refused")


def reason_of(error):
    """ErrorInfo's reason, from the status details in the trailers."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            info = error_details_pb2.ErrorInfo()
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(info):
                    return info.reason
    return ""


def sign_in(address, email, password):
    with open_channel(address, "auth") as channel:
        tokens = token_service_pb2_grpc.TokenServiceStub(channel)
        request = token_service_pb2.LoginRequest(email=email, password=password)
        return tokens.Login(request, timeout=DEADLINE_SECONDS).tokens


def exchange(address, api_key):
    """What a program does with its API key: over gRPC it is never shown to anyone but auth."""
    with open_channel(address, "auth") as channel:
        tokens = token_service_pb2_grpc.TokenServiceStub(channel)

        def ask(text):
            request = token_service_pb2.ExchangeRequest(
                subject_token=text, subject_token_type=access_pb2.CREDENTIAL_API_KEY
            )
            return tokens.Exchange(request, timeout=DEADLINE_SECONDS).tokens

        mistyped = refusal(lambda: ask(api_key[:-1] + ("1" if api_key[-1] == "0" else "0")))
        assert mistyped == ("UNAUTHENTICATED", "CREDENTIAL_INVALID"), mistyped
        return ask(api_key)


def read_resources(address, tokens):
    """The key was made to read and nothing else."""
    assert tokens.scope == "resources:read" and not tokens.refresh_token, tokens.scope
    metadata = [("authorization", f"Bearer {tokens.access_token}")]
    options = {"metadata": metadata, "timeout": DEADLINE_SECONDS}
    with open_channel(address, "resources") as channel:
        resources = resource_service_pb2_grpc.ResourceServiceStub(channel)
        page = resource_service_pb2.ListResourcesRequest(page_size=1)
        assert len(resources.ListResources(page, **options).resources) == 1

        create = resource_service_pb2.CreateResourceRequest(
            resource=resource_pb2.Resource(title="By key", visibility="VISIBILITY_PRIVATE")
        )
        forbidden = refusal(lambda: resources.CreateResource(create, **options))
        assert forbidden == ("PERMISSION_DENIED", "PERMISSION_MISSING"), forbidden


def use_resources(address, access_token):
    metadata = [("authorization", f"Bearer {access_token}")]
    options = {"metadata": metadata, "timeout": DEADLINE_SECONDS}
    with open_channel(address, "resources") as channel:
        resources = resource_service_pb2_grpc.ResourceServiceStub(channel)
        wanted = resource_pb2.Resource(title="From Python", visibility="VISIBILITY_PRIVATE")
        create = resource_service_pb2.CreateResourceRequest(
            resource=wanted, request_id=str(uuid.uuid4())
        )
        made = resources.CreateResource(create, **options).resource
        assert made.title == "From Python" and made.owner, made
        assert resources.CreateResource(create, **options).resource == made

        changed = resource_pb2.Resource(id=made.id, content="zwölf Ägypter", etag=made.etag)
        update = resource_service_pb2.UpdateResourceRequest(
            resource=changed, update_mask=field_mask_pb2.FieldMask(paths=["content"])
        )
        updated = resources.UpdateResource(update, **options).resource
        assert updated.content == "zwölf Ägypter" and updated.etag != made.etag, updated

        get = resource_service_pb2.GetResourceRequest(id=made.id)
        assert resources.GetResource(get, **options).resource == updated

        page = resource_service_pb2.ListResourcesRequest(page_size=1, order_by="create_time desc")
        listed = resources.ListResources(page, **options)
        assert [resource.id for resource in listed.resources] == [made.id], listed

        stale = refusal(lambda: resources.UpdateResource(update, **options))
        assert stale == ("ABORTED", "ETAG_MISMATCH"), stale

        delete = resource_service_pb2.DeleteResourceRequest(id=made.id)
        forbidden = refusal(lambda: resources.DeleteResource(delete, **options))
        assert forbidden == ("PERMISSION_DENIED", "PERMISSION_MISSING"), forbidden

        nobody = refusal(lambda: resources.GetResource(get, timeout=DEADLINE_SECONDS))
        assert nobody == ("UNAUTHENTICATED", "UNAUTHENTICATED"), nobody


def main():
    auth, resources, email, password, api_key = sys.argv[1:6]
    use_resources(resources, sign_in(auth, email, password).access_token)
    read_resources(resources, exchange(auth, api_key))
    print("ok")


main()
