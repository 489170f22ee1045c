{#-
What is other in DuckLake, whose version for DuckDB 1.5 damages its catalogue when a view is renamed in the transaction
that made it, and keeps no comments on macros or on the columns of views. So a view is replaced in one statement, and
comments are for tables; those of the other relations publishing puts back (extract/publishing/database.py).
-#}
{% materialization view, adapter='duckdb' %}
    {% if not adapter.is_ducklake(this) %}
        {{ return(dbt.materialization_view_default()) }}
    {% endif %}
    {% set target_relation = this.incorporate(type='view') %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') %}
        {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
        create or replace view {{ target_relation }} as (
            {{ sql }}
        )
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro duckdb__alter_relation_comment(relation, comment) %}
    {% if not adapter.is_ducklake(relation) or relation.is_table %}
        {{ return(dbt.duckdb__alter_relation_comment(relation, comment)) }}
    {% endif %}
{% endmacro %}

{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {% if not adapter.is_ducklake(relation) or relation.is_table %}
        {{ return(dbt.duckdb__alter_column_comment(relation, column_dict)) }}
    {% endif %}
{% endmacro %}
