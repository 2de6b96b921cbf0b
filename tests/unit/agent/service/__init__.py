"""The service's parts, each by itself."""
