from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """The frame for all channels, and one folder for each. It has no models: releases has them."""

    name = "tiengmo.channels"
    label = "channels"
