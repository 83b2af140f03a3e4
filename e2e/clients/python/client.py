"""Signs in and uses the resources service as a client in another language does.

Every step asserts what it got; the last line of a run that went well is "ok".
"""

import pkgutil
import sys
import uuid

import google
import grpc

# The stubs have a package `google` of their own beside the one of protobuf.
google.__path__ = pkgutil.extend_path(google.__path__, google.__name__)

from google.protobuf import field_mask_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from gatehouse.auth.v1 import token_service_pb2, token_service_pb2_grpc  # noqa: E402
from gatehouse.resources.v1 import (  # noqa: E402
    resource_pb2,
    resource_service_pb2,
    resource_service_pb2_grpc,
)

DEADLINE_SECONDS = 10


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
    with grpc.insecure_channel(address) as channel:
        tokens = token_service_pb2_grpc.TokenServiceStub(channel)
        request = token_service_pb2.LoginRequest(email=email, password=password)
        return tokens.Login(request, timeout=DEADLINE_SECONDS).tokens


def use_resources(address, access_token):
    metadata = [("authorization", f"Bearer {access_token}")]
    options = {"metadata": metadata, "timeout": DEADLINE_SECONDS}
    with grpc.insecure_channel(address) as channel:
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
    auth, resources, email, password = sys.argv[1:]
    use_resources(resources, sign_in(auth, email, password).access_token)
    print("ok")


main()
