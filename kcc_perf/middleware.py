"""What every response is given on its way out."""


class PrivateByDefault:
    """No response is kept by a cache unless its view says that it is public."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info:  # PostgreSQL takes none, and no address of ours has one
            request.path_info = "/not-found/"
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
