{#- A text as its letters and digits in small letters, one space between words: equal where only typography differs. -#}
{% macro normalised(text) -%}
    trim(regexp_replace(lower(nfc_normalize({{ text }})), '[^\p{L}\p{N}]+', ' ', 'g'))
{%- endmacro %}
