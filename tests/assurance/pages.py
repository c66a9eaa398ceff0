"""Reading the pages of PAT's meeting of 14 November 2011."""

from django.urls import reverse


def address(name, *more):
    return reverse(name, args=["pat", "2011-11-14", *more])


def text_of(response):
    return response.content.decode()
